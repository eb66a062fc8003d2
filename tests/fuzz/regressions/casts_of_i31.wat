(module
  (type $s (sub (struct (field i32))))
  (func (export "test") (param i32) (result i32) (ref.test (ref $s) (ref.i31 (local.get 0))))
  (func (export "test_null") (param i32) (result i32)
    (ref.test (ref null struct) (ref.i31 (local.get 0))))
  (func (export "cast") (param i32) (drop (ref.cast (ref $s) (ref.i31 (local.get 0))))))
