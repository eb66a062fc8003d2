(module
  (import "env" "cbrt" (func $cbrt (param f64) (result f64)))
  (func (export "cbrt") (param f64) (result f64) (call $cbrt (local.get 0))))
