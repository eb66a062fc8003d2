(module
  (func $f
    (i32.cnst 1)))
