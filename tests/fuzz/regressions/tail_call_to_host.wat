(module
  (type (;0;) (struct (field (mut i32)) (field (mut i64))))
  (type (;1;) (func (param i32 i64) (result i32)))
  (type (;2;) (func (param f64 f32) (result f64)))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func (param i32)))
  (type (;5;) (func (param i32) (result externref)))
  (type (;6;) (func (param externref) (result i32)))
  (type (;7;) (func (param v128) (result v128)))
  (type (;8;) (func (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result f64)))
  (type (;9;) (func (param i64 f64)))
  (type (;10;) (func (param i32 f64 i64) (result i64)))
  (import "host" "mix" (func (;0;) (type 1)))
  (import "host" "blend" (func (;1;) (type 2)))
  (import "host" "back" (func (;2;) (type 3)))
  (import "host" "fail" (func (;3;) (type 4)))
  (import "host" "box" (func (;4;) (type 5)))
  (import "host" "unbox" (func (;5;) (type 6)))
  (import "host" "vector" (func (;6;) (type 7)))
  (import "host" "grow" (func (;7;) (type 3)))
  (import "host" "wide" (func (;8;) (type 8)))
  (table (;0;) 8 18 funcref)
  (table (;1;) 8 18 externref)
  (memory (;0;) 1 4)
  (tag (;0;) (type 4) (param i32))
  (tag (;1;) (type 9) (param i64 f64))
  (global (;0;) (mut i32) (i32.const 0))
  (global (;1;) (mut i32) (i32.const 0))
  (global (;2;) (mut i64) (i64.const 0))
  (export "back" (func 9))
  (export "f10" (func 10))
  (export "deep2" (func 11))
  (export "deep1" (func 12))
  (export "budget" (global 0))
  (export "depth" (global 1))
  (export "g2" (global 2))
  (export "m0" (memory 0))
  (export "t0" (table 0))
  (export "t1" (table 1))
  (elem (;0;) (offset (i32.const 0)) func 0 1 2 3 4 5 6 7)
  (elem (;1;) func 9 0)
  (elem (;2;) declare func 0 1 2 3 4 5 6 7 8 9 10 11 12)
  (func (;9;) (type 3) (param i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 1
    local.tee 9
    i32.const 20
    i32.gt_s
    global.get 0
    i32.const 1
    i32.sub
    global.set 0
    global.get 0
    i32.const 0
    i32.lt_s
    i32.or
    if
      i32.const 0
      return
    end
    global.get 0
    i32.const 1
    i32.sub
    global.set 0
    i32.const 1
    i32.const 1
    global.get 0
    i32.const 0
    i32.gt_s
    select
    local.set 10
    loop
      i32.const 0
      i32.const 64
      i32.or
      local.get 0
      i32.rem_s
      if
        f32.const 0
        block (result f32)
          f32.const 0
        end
        f32.gt
        local.get 9
        i32.const 1
        i32.add
        global.set 1
        call 7
        local.get 9
        global.set 1
        local.get 9
        i32.const 1
        i32.add
        global.set 1
        return_call 2
      end
      local.get 0
      local.set 0
      local.get 0
      local.set 0
      local.get 0
      local.get 0
      i32.eqz
      i32.gt_s
      i32.const 2047
      i32.and
      i64.load align=1
      global.set 2
      f32.const 0
      f32.const 0
      f32.min
      f32.const 0
      f32.div
      i64.const 0
      f32.convert_i64_u
      f32.const 0
      f32.add
      i32.const 0
      local.get 9
      i32.const 1
      i32.add
      global.set 1
      call 2
      local.get 9
      global.set 1
      select
      drop
      local.get 10
      i32.const 1
      i32.sub
      local.tee 10
      i32.const 0
      i32.gt_s
      br_if 0
    end
    i32.const 0)
  (func (;10;) (type 4) (param i32)
    (local i32)
    global.get 1
    local.tee 1
    i32.const 20
    i32.gt_s
    global.get 0
    i32.const 1
    i32.sub
    global.set 0
    global.get 0
    i32.const 0
    i32.lt_s
    i32.or
    if
      return
    end)
  (func (;11;) (type 10) (param i32 f64 i64) (result i64)
    local.get 0
    i32.const 0
    i32.add
    local.get 1
    local.get 2
    call 11
    local.get 2
    i64.xor)
  (func (;12;) (type 10) (param i32 f64 i64) (result i64)
    local.get 0
    i32.const 0
    i32.add
    local.get 1
    local.get 2
    call 11
    local.get 2
    i64.xor)
  (data (;0;) (offset (i32.const 0)) "\af\f4O\ec\9b\ea\e1<\c3\a6\09\f6{/\19\abU\86d\ac\d7\0djLi{\00\10\16rO%\b0)\f7\c3\83\a1\df)*\ce\a8787\adI\e1\da\b1Vwq\14\05\c1\98V\8f{p\1d\fb\0eCrY\fc\c0\c0o\a8\86Q\df\087\e1\d2\e8H\b4\a1\fd\a7\caNmheo5s\e7f\07\c3\04\06P\bc\da\acI\8c\82\9b\94wp\15a\f2\087\c0)\d8\1f\ae\d6\d9\1c\d0\a3\c2\19A\b8\c3\a4\bd\e4\e8\f2\e1\adl\cd\b4\e0\7f\7fcP\8a\e1\e8b\0bE\1b\c0\0b\cf\f57\ae\a9\91E\f0\e1\f6\a9\93G\aa\ebR-\fc\ed\89\9d\b0\c3\19\a0x\ee\baR\cc(\fb\9c\1fg\f0\01\da\d4\d1\8e\f0\e0\95\ac\95!.l\bd\a7\a9}W\98\19\ef\5crz9\e8\ed\8e\eeE\fcs:\ab\a8\d4\e1\c9\992\b0\b1\d8\a39'\e5\13\1b \fb\07\f4\e46Y\e2D\b6\ab3\cc\e8\be\9eM\11\93\f2\ab=\e5\ba)\c4\88\18c\f4w\11{\96m\9a\93\afgf\c0\8d\bd\805\1e'\e7\0b\a9O\14\93=\cfJt\11\85\b2\0d\17\e5\9d<\cd\c0\81\7f\9b\d9\de@\8bg#!?\fa\bb\95\efq\8b\15.\8b\c2\ec\1b7Ia'\f5\b3\e9U\16f\13\15\df\f3\b5\c6\93\f8\98\bb\87\0e\8a\14\b1Qt\fe\955\0a\ef\ac\a9\97\b5\ca\a1\c9\18\a9\b2I\a2IC\99\b3R&H\a0\09\91\9cV\a5\12\a7\05_\0c\f7\d38Dj>\1c\9d\d9\80 \f9&3l\1f6\f4\cc\f9\a4GX\d8-\f7O\0b\12\ea\e8\bd`\ca\d7^wS&\f8;\bd&}\12E`B\fe\11\be\b5M3R\f7\cf^$\9e?\a9\e2\d2k\e6\8arGc\fa-\11bd\1ay\c9\1d\c5 \0e\95\92?\9d\91\07.p\e2\81\e1N\c73\d6\84\ce\88\9bi\f9s\eaW\c1O\0d\96\e0G\bb}\b5\12p\f0\b7\d8")
  (data (;1;) "\01\04\07\0a\0d\10\13\16\19\1c\1f\22%(+.147:=@CF"))
