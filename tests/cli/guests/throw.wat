;; Throws what it is given; catch needs the command's default features.
(module
  (tag $oops (param i32 f64))
  (func $inner (param i32) (throw $oops (local.get 0) (f64.const 0.5)))
  (func $outer (export "throw") (param i32) (call $inner (local.get 0)))
  (func (export "catch") (param i32) (result i32)
    (try (result i32)
      (do (call $outer (local.get 0)) (i32.const -1))
      (catch $oops (drop)))))
