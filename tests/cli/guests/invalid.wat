(module
  (func $before)
  (func $wrong (result i32)
    (f32.const 1)))
