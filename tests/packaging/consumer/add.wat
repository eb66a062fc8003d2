(module
  (import "host" "print" (func $print (param i32)))
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (local.get $a) (local.get $b)))
    (call $print (local.get $sum))
    (local.get $sum)))
