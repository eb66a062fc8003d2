(module
  (type $pair (struct (field i32) (field i32)))
  (rec (type $list (struct (field (ref null $list)))))
  (func (export "first") (result i32)
    (struct.get $pair 0 (struct.new $pair (i32.const 1) (i32.const 2))))
  (func (export "hoard") (local $all (ref null $list))
    (loop $more
      (local.set $all (struct.new $list (local.get $all)))
      (br $more))))
