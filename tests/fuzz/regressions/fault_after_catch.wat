;; Machine code that goes on after a catch runs into a guard page.
(module
  (import "host" "fail" (func $fail (param i32)))
  (tag $tag (param i32))
  (memory (export "m0") 1 4)
  (global (export "budget") (mut i32) (i32.const 0))
  (global (export "depth") (mut i32) (i32.const 0))
  (func $throw (param i32) (throw $tag (local.get 0)))
  (func (export "back") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (call $throw (i32.const 0x7fff0000)))
      (i32.const 0))
    i32.load)
)
