"""The table of cases: what the command is given, and what it must answer."""

import gzip
import re

from runner import HERE, Case, one_line

# (1 + 2^-30)^2 - 1: 2^-29 if the product is rounded, else a little more.
SQUARE = b"""(module (func (export "f") (result f64) (f64x2.extract_lane 0 (f64x2.relaxed_madd
  (f64x2.splat (f64.const 0x1.00000004p0)) (f64x2.splat (f64.const 0x1.00000004p0))
  (f64x2.splat (f64.const -1))))))"""

EMPTY_MODULE = b"\0asm\1\0\0\0"
ADD = (HERE / "guests" / "add.wat").read_bytes()


def found(pattern):
    return re.compile(pattern, re.MULTILINE | re.DOTALL)


def line(pattern):
    """Exactly one line, which has the pattern."""
    return lambda text: one_line(text) and re.search(pattern, text) is not None


THREADS = [
    Case("threads are denied", "run --features +threads --invoke go threads.wat 0", status=126,
         err=line(r"unknown import.*add --allow-threads")),
    Case("a trap in a thread", "run --allow-threads --invoke go threads.wat 0", status=134,
         err=found(r"trap: unreachable.*act .*wasi_thread_start")),
    Case("an exit in a thread", "run --allow-threads --invoke go threads.wat 2", status=7),
    Case("threads that wait", "run --allow-threads --timeout 100ms --invoke go threads.wat 1",
         status=124, err=found("deadline")),
    Case("inspect tells that it needs threads", "inspect threads.wat",
         out=found(r"threads.*--allow-threads +for thread-spawn")),
]

INVOKE = [
    Case("invoke adds", "run --invoke add add.wat 2 3", out="5\n"),
    Case("run is the default", "--invoke add add.wat 2 3", out="5\n"),
    Case("several results, a line each", "run --invoke divmod add.wat 17 5", out="3\n2\n"),
    Case("no result", "run --invoke nothing add.wat"),
    Case("a negative argument", "run --invoke add add.wat -2 -3", out="-5\n"),
    Case("hexadecimal and underscores", "run --invoke add add.wat 0x10 1_000", out="1016\n"),
    Case("an unsigned argument", "run --invoke add add.wat 4294967295 0", out="-1\n"),
    Case("i64", "run --invoke add64 add.wat 9223372036854775807 1",
         out="-9223372036854775808\n"),
    Case("f32", "run --invoke half add.wat 3", out="1.5\n"),
    Case("f64", "run --invoke half64 add.wat 0x1p-1", out="0.25\n"),
    Case("f32 infinity", "run --invoke same add.wat -inf", out="-inf\n"),
    Case("f32 nan", "run --invoke same add.wat nan", out="nan\n"),
    Case("f32 nan with a payload", "run --invoke same add.wat -nan:0x200001",
         out="-nan:0x200001\n"),
    Case("f64 nan with a payload", "run --invoke same64 add.wat nan:0x4000000000001",
         out="nan:0x4000000000001\n"),
    Case("a canonical nan", "run --canonical-nans --invoke half add.wat -nan:0x200001",
         out="nan\n"),
    *[Case(f"relaxed vectors, {how}, {tier}", f"run --tier {tier}{option} --invoke f square.wat",
           out=out, files={"square.wat": SQUARE})
      for tier in ("interp", "jit", "auto --hot-after 1")
      for how, option, out in (("unless told otherwise", "", "1.862645149230957e-09\n"),
                               ("deterministic", " --relaxed-simd=deterministic",
                                "1.862645149230957e-09\n"),
                               ("fused", " --relaxed-simd fused", "1.8626451500983188e-09\n"))],
    Case("relaxed vectors of another kind", "run --relaxed-simd any square.wat", status=2,
         err=found(r"any.*deterministic.*fused"), files={"square.wat": SQUARE}),
    Case("a nan's bits arrive", "run --invoke bits add.wat nan:0x200001", out="2141192193\n"),
    Case("a null reference", "run --invoke null add.wat", out="null\n"),
    Case("a function reference", "run --invoke self add.wat", out="funcref\n"),
    Case("too few arguments", "run --invoke add add.wat 2", status=2,
         err=found(r"2 arguments, not 1.*^Usage: wrun run --invoke add add.wat <i32> <i32>$")),
    Case("too many arguments", "run --invoke add add.wat 1 2 3", status=2,
         err=found(r"2 arguments, not 3")),
    Case("an argument of another type", "run --invoke add add.wat 1 two", status=2,
         err=found(r"argument 2, 'two', is no i32.*Usage:")),
    Case("an argument that doesn't fit", "run --invoke add add.wat 4294967296 0", status=2,
         err=found(r"argument 1.*i32")),
    Case("no such export", "run --invoke sub add.wat", status=2,
         err=line(r"exports no function 'sub'.*add64")),
    Case("an export that is no function", "run --invoke answer add.wat", status=2,
         err=line(r"exports no function 'answer'")),
    Case("invoke of a reactor initialises it", "run --invoke ready reactor.wat", out="7\n"),
    Case("a reactor", "reactor.wat"),
    Case("json results", "run --json --invoke divmod add.wat 17 5",
         out='{"status":0,"results":[{"type":"i32","value":"3"},{"type":"i32","value":"2"}]}\n'),
    Case("json error", "run --json --invoke divide trap.wat 1 0", status=134,
         out=found(r'^\{"status":134,"error":\{"kind":"trap".*"trap":"integer divide by zero"')),
    *[Case(f"json of what is refused: {name}", command, status=status, files=files,
           out=line(r'^\{"status":%d,"error":\{"kind":"%s","message":"[^"].*"%s\},"message":"'
                    % (status, kind, offset)))
      for name, command, status, kind, offset, files in (
          ("invalid", "run --json invalid.wat", 126, "invalid", r',"offset":\d+', {}),
          ("malformed", "run --json cut", 126, "malformed", ',"offset":8',
           {"cut": EMPTY_MODULE + b"\1\4\1\x60"}),
          ("empty", "run --json none", 126, "malformed", "", {"none": b""}),
          ("a missing import", "run --json i.wat", 126, "unlinkable", "",
           {"i.wat": b'(module (import "a" "b" (func)))'}),
          ("a rule", "run --json --listen 10.0.0.1:80 --allow-net loopback hello.wat", 126,
           "denied", "", {}),
          ("an absent file", "run --json absent.wat", 127, "io", "", {}),
          ("a folder", "run --json .", 126, "io", "", {}),
          ("an absent policy", "run --json --policy none.json hello.wat", 127, "io", "", {}),
          ("a policy", "run --json --policy p.json hello.wat", 2, "usage", "", {"p.json": b"{"}),
          ("an absent script", "wast --json none.wast", 127, "io", "", {}),
          ("no scripts", "wast --json --exclude s .", 1, "usage", "", {"s.wast": b""}),
          ("no such export", "run --json --invoke sub add.wat", 2, "usage", "", {}),
          ("nothing to run", "run --json add.wat", 126, "usage", "", {}))],
]

PROGRAMS = [
    Case("hello", "hello.wat", out="hello\n"),
    Case("what follows FILE is the guest's", ["echo.wat", "--help", "-v", "--", "[1,2]", ""],
         out="--help\n-v\n--\n[1,2]\n\n"),
    Case("what follows FILE after run is, too", ["run", "echo.wat", "--json", "run"],
         out="--json\nrun\n"),
    Case("the environment is empty", "echo.wat", env={"SECRET": "x"}),
    Case("a variable with its value", "run --env A=1 --env B=x=y echo.wat", out="A=1\nB=x=y\n"),
    Case("a variable passed on", "run --env SHOWN --env UNSET echo.wat", out="SHOWN=yes\n",
         env={"SHOWN": "yes", "SECRET": "no"}),
    Case("standard input", "cat.wat", stdin="some\nlines", out="some\nlines"),
    Case("exit status 0", "exit.wat 0"),
    Case("exit status 7", "exit.wat 7", status=7),
    Case("exit status 134 is the guest's", "exit.wat 134", status=134),
    Case("exit status 256 is no success", "exit.wat 256", status=1),
    Case("json tells a guest's 134 from a trap", "run --json exit.wat 134", status=134,
         out=found(r'"kind":"exit"')),
    Case("preload", "run --preload base=add.wat --invoke twice plugin.wat 21", out="42\n"),
    Case("nothing to run", "add.wat", status=126, err=line(r"no _start.*add")),
    Case("names can't play with the terminal", "run evil.wat", status=126,
         err=lambda text: one_line(text) and "\x1b" not in text and "evil" in text,
         files={"evil.wat": b'(module (func (export "\\1b[2J\\nevil")))'}),
    Case("usage", "run --usage --invoke add add.wat 2 3", out="5\n",
         err=found(r"^instructions: [1-9].*^time, nanoseconds: [1-9].*^host calls: 0$.*"
                   r"^bytes written: not measured$")),
    Case("usage counts host calls", "run --usage hello.wat", out="hello\n",
         err=found(r"^host calls: [1-9].*^bytes written: 6$")),
    Case("usage in json", "run --json --usage --invoke add add.wat 2 3",
         out=found(r'"usage":\{"instructions":[1-9].*"interpreted_functions":\[\]')),
    Case("usage says which functions aren't compiled", "run --tier jit --json --usage --invoke f l.wat",
         out=found(r'"interpreted_functions":\[(\{"function":1,"reason":"5000 locals"\})?\]'),
         files={"l.wat": b'(module (func) (func (export "f") (call 0) (local.set 0 (i32.const 1))))'
                .replace(b"(call", b"(local " + b"i32 " * 5000 + b") (call")}),
    Case("usage says which functions the cache has no code of",
         "run --tier jit --cache c --usage --invoke f l.wat",
         err=re.compile(r"^(function 1 stays interpreted: the image has no machine code of it: "
                        r"5000 locals|nothing is compiled: .*)$", re.MULTILINE),
         files={"l.wat": b'(module (func) (func (export "f") (call 0) (local.set 0 (i32.const 1))))'
                .replace(b"(call", b"(local " + b"i32 " * 5000 + b") (call")}),
]

ENDS = [
    Case("a trap", "run --invoke divide trap.wat 1 0", status=134,
         err=found(r"^wrun: trap: integer divide by zero\n.*divide.* at 0x[0-9a-f]+$")),
    Case("a memory trap tells the address", "run --invoke load trap.wat 65533", status=134,
         err=found(r"out of bounds memory access.*address 0x10001, memory size 0x10000.*"
                   r"0: .*inner.*1: .*middle.*2: ")),
    Case("an exception that nobody catches", "run --invoke throw throw.wat 7", status=134,
         err=found(r"^wrun: exception: tag \"oops\" \(i32.const 7\) \(f64.const 0.5\)\n"
                   r" +0: inner .* at 0x[0-9a-f]+\n +1: outer ")),
    Case("a legacy catch", "run --invoke catch throw.wat 7", out="7\n"),
    Case("legacy exceptions that are off", "run --features wasm3 --invoke catch throw.wat 7",
         status=126, err=found("legacy-exceptions")),
    Case("unreachable", "run --invoke nowhere trap.wat", status=134, err=found("unreachable")),
    Case("an empty table entry", "run --invoke missing trap.wat", status=134,
         err=found("uninitialized element")),
    Case("a deep recursion", "run --invoke deep trap.wat", status=134,
         err=lambda text: "exhaust" in text and text.count("\n") < 50),
    Case("a small stack", "run --stack-size 64K --invoke deep trap.wat", status=134,
         err=found("exhaust")),
    *(case for tier in ("interp", "jit", "auto") for case in (
        Case(f"a deterministic stack, {tier}", f"run --deterministic --stack-size 64K --tier {tier} "
             "--hot-after 3 --invoke down trap.wat 818", out="818\n"),
        Case(f"the end of a deterministic stack, {tier}", "run --deterministic --stack-size 64K "
             f"--tier {tier} --hot-after 3 --invoke down trap.wat 819", status=134,
             err=found("exhaust")))),
    *[Case(f"a timeout, {tier}", f"run --tier {tier} --timeout 200ms --invoke spin loop.wat",
           status=124, err=found(r"^wrun: limit: deadline exceeded\n   0: spin \(func 2\) at 0x"))
      for tier in ("interp", "jit", "auto")],
    Case("fuel", "run --fuel 10000 --invoke spin loop.wat", status=125, err=found("fuel")),
    Case("enough fuel", "run --fuel 10000 --invoke add add.wat 1 2", out="3\n"),
    Case("growth within the limit", "run --max-memory 1M --invoke grow trap.wat 15", out="1\n"),
    Case("growth beyond the limit", "run --max-memory 1M --invoke grow trap.wat 16", out="-1\n"),
    Case("a memory beyond the limit", "run --max-memory 1K --invoke grow trap.wat 0", status=125,
         err=line("limit")),
    Case("a missing import", "run --invoke twice plugin.wat 1", status=126,
         err=line(r"^wrun: plugin.wat: unlinkable: .*base.*add")),
]

FILES = [
    Case("no such file", "absent.wasm", status=127, err="wrun: absent.wasm: no such file\n"),
    Case("no such file or command", "rnu add.wat", status=127,
         err="wrun: rnu: no such file, and no such command\nSee `wrun --help`.\n"),
    Case("nothing", "", status=2, err="wrun: which file, or which command?\nSee `wrun --help`.\n"),
    Case("no such folder", "absent/file.wasm", status=127,
         err="wrun: absent/file.wasm: no such file\n"),
    Case("beneath a file", "add.wat/file.wasm", status=127,
         err="wrun: add.wat/file.wasm: no such file\n"),
    Case("a directory", ".", status=126, err="wrun: .: is a directory\n"),
    Case("an empty file", "empty", status=126, err=line("^wrun: empty: "), files={"empty": b""}),
    Case("an empty device", "/dev/null", status=126, err=line("^wrun: /dev/null: ")),
    Case("half a header", "half", status=126, err=line("^wrun: half: malformed"),
         files={"half": b"\0as"}),
    Case("a truncated module", "cut", status=126, err=line("^wrun: cut: malformed at 0x"),
         files={"cut": EMPTY_MODULE + b"\1\4\1\x60"}),
    Case("another version", "new", status=126, err=line("^wrun: new: malformed at 0x4: .*version"),
         files={"new": b"\0asm\2\0\0\0"}),
    Case("not a module", "image", status=126, err=line("^wrun: image: "),
         files={"image": b"\x89PNG\r\n\x1a\n" + bytes(range(256))}),
    Case("a hundred megabytes of nothing", "zeros", status=126, err=line("^wrun: zeros: "),
         files={"zeros": bytes(100 << 20)}),
    Case("a hundred megabytes of text", "text", status=126, err=found("^wrun: text"),
         files={"text": b"(module " * (100 << 17)}),
    Case("a module from standard input", "run --invoke add - 2 3", stdin=ADD, out="5\n"),
    Case("a long module from standard input", "run --invoke add - 2 3",
         stdin=b" " * 300_000 + ADD + b";;" + b"x" * 70_000, out="5\n"),
    Case("nothing on standard input", "-", status=126, err=line("empty")),
    Case("a gzipped module", "run --invoke add add.wat.gz 2 3", out="5\n",
         files={"add.wat.gz": gzip.compress(ADD)}),
    Case("a damaged gzip file", "bad.gz", status=126, err=line("^wrun: bad.gz: malformed"),
         files={"bad.gz": gzip.compress(ADD)[:60]}),
    Case("a binary module of any name", "run data.txt", status=126, err=line("no _start"),
         files={"data.txt": EMPTY_MODULE}),
]

TOOLS = [
    Case("validate says nothing", "validate add.wat hello.wat gc.wat"),
    Case("validate an invalid module", "validate invalid.wat", status=1,
         err=found(r"^invalid.wat.*invalid.*type mismatch")),
    Case("validate malformed text shows the place", "validate malformed.wat", status=1,
         err=found(r"^malformed.wat:3:6: malformed: .*\n.*i32.cnst 1.*\n +\^")),
    Case("validate a malformed binary", "validate cut", status=1, err=line("^cut: malformed at 0x"),
         files={"cut": EMPTY_MODULE + b"\1\4\1\x60"}),
    Case("validate goes on", "validate invalid.wat add.wat malformed.wat", status=1,
         err=found("^invalid.wat.*^malformed.wat")),
    Case("validate an absent file", "validate absent.wat", status=127,
         err="absent.wat: no such file\n"),
    Case("validate in json", "validate --json add.wat invalid.wat cut absent.wat", status=127,
         files={"cut": EMPTY_MODULE + b"\1\4\1\x60"}, err="",
         out=line(r'^\{"status":127,"modules":\[\{"file":"add.wat","valid":true\},'
                  r'\{"file":"invalid.wat","valid":false,"error":'
                  r'\{"kind":"invalid",.*"offset":\d+\}\},'
                  r'\{"file":"cut",.*"kind":"malformed",.*'
                  r'\{"file":"absent.wat",.*"kind":"io".*\]\}$')),
    Case("validate in json says so when all is well", "validate --json add.wat",
         out='{"status":0,"modules":[{"file":"add.wat","valid":true}]}\n'),
    Case("validate names the feature that is off", "validate --features wasm2 gc.wat", status=1,
         err=found("gc")),
    Case("validate with a feature taken away", "validate --features -gc gc.wat", status=1,
         err=found("gc")),
    Case("parse and run", "parse add.wat -o -",
         out=lambda text: text.startswith("\0asm\1\0\0\0")),
    Case("parse malformed text", "parse malformed.wat -o out.wasm", status=126,
         err=found("malformed.wat:3:6")),
    Case("parse into an absent folder", "parse add.wat -o absent/out.wasm", status=1,
         err=line("absent/out.wasm")),
    Case("print", "print hello.wat", out=found(r"^\(module.*fd_write.*hello")),
    Case("print what isn't there", "print absent.wat", status=127, err=line("no such file")),
    Case("print slots", "print --slots add add.wat", out=found("add")),
    Case("print slots that count fuel", "print --fuel --slots add add.wat", out=found("fuel 3")),
    Case("print slots of an unknown function", "print --slots nosuch add.wat", status=126,
         err=line("nosuch")),
    Case("inspect", "inspect hello.wat",
         out=found(r"^  type .*^Imports\n  wasi_snapshot_preview1 fd_write: \(func.*"
                   r"^Exports\n  memory: .*_start")),
    Case("inspect shows names safely", "inspect evil.wat",
         out=lambda text: "\x1b" not in text and "evil" in text,
         files={"evil.wat": b'(module (func (export "\\1b[2J\\nevil")))'}),
    Case("inspect tells the grants", "inspect echo.wat",
         out=found(r"^Grants it may need\n  --env NAME=VALUE +for environ_get$")),
    Case("inspect in json", "inspect --json gc.wat", out=found(r'"features": \[.*"gc"')),
    Case("inspect draws what it can't write", "inspect --html absent/t.html add.wat", status=1,
         err=line("^wrun: absent/t.html: No such file")),
    Case("inspect draws into a full disk", "inspect --html /dev/full add.wat", status=1,
         err=line("^wrun: /dev/full: No space")),
    Case("inspect draws no invalid module", "inspect --html t.html invalid.wat", status=126,
         err=found("invalid.wat")),
    Case("inspect draws or prints", "inspect --json --html t.html add.wat", status=2,
         err=found("excludes")),
]

BENCHES = [
    Case("bench calls an export", "bench --rounds 2 --invoke add add.wat 2 3",
         out=found(r"^run +interp")),
    Case("bench takes options after FILE", "bench add.wat --rounds=2 --invoke add -- -2 3",
         out=found(r"2 rounds.*^run +interp")),
    Case("bench gives the guest its arguments", "bench --rounds 1 exit.wat 0",
         out=found(r"1 round\n")),
    Case("bench measures one tier", "bench --rounds 1 --tier interp hello.wat",
         out=lambda text: "interp" in text and "jit " not in text),
    Case("bench with limits", "bench --rounds 1 --fuel 100000 --max-memory 1M hello.wat",
         out=found("^run")),
    Case("bench with preloads", "bench --rounds 1 --preload base=add.wat --invoke twice plugin.wat 2",
         out=found("^run")),
    Case("bench of an exit in a thread", "bench --allow-threads --invoke go threads.wat 2",
         status=7, err=found("ended with status 7")),
    Case("bench of a reactor", "bench --rounds 1 --invoke ready reactor.wat", out=found("^run")),
    Case("bench of standard input", "bench --rounds 2 --invoke add - 2 3", stdin=ADD,
         out=found(r"^standard input: .*^run")),
    Case("bench of a gzipped module", "bench --rounds 1 --invoke add a.gz 2 3",
         out=found("^run"), files={"a.gz": gzip.compress(ADD)}),
    Case("bench of a trap", "bench --invoke divide trap.wat 1 0", status=134,
         err=found(r"^wrun: trap: integer divide by zero\n.*divide.*"
                   r"^No benchmark: the guest failed in round 1 of 10, interp\.$")),
    Case("bench of a trap in json", "bench --json --invoke divide trap.wat 1 0", status=134,
         out=found(r'^\{"status":134,"error":\{"kind":"trap"')),
    Case("bench of a failing guest", "bench exit.wat 7", status=7,
         err=found(r"^wrun: exit.wat: ended with status 7\n")),
    Case("bench of a slow guest", "bench --timeout 100ms --invoke spin loop.wat", status=124,
         err=found("^wrun: limit: ")),
    Case("bench without fuel", "bench --fuel 1000 --invoke spin loop.wat", status=125,
         err=found("fuel")),
    Case("bench of an invalid module", "bench invalid.wat", status=126,
         err=found("^wrun: invalid.wat.*type mismatch")),
    Case("bench of a missing import", "bench --invoke twice plugin.wat 1", status=126,
         err=found("^wrun: plugin.wat: unlinkable")),
    Case("bench of nothing to run", "bench add.wat", status=126, err=found("no _start")),
    Case("bench of an absent file", "bench absent.wat", status=127, err=found("no such file")),
    Case("bench of native code", "bench a.cwasm", status=126, err=found("allow-precompiled"),
         files={"a.cwasm": b"\x7fwrunexe" + bytes(100)}),
    Case("bench without rounds", "bench --rounds 0 hello.wat", status=2, err=found("rounds")),
    Case("bench with an unknown option", "bench hello.wat --frobnicate", status=2,
         err=found("frobnicate")),
    Case("bench of no file", "bench --rounds 1", status=2, err=found("FILE")),
    Case("bench draws what it can't write", "bench --rounds 1 --html absent/b.html hello.wat",
         status=1, out=found("^run"), err=line("^wrun: absent/b.html: No such file")),
    Case("bench draws or prints", "bench --json --html b.html hello.wat", status=2,
         err=found("excludes")),
]

SCRIPT = b"""(module (func (export "f") (result i32) (i32.const 7)))
(assert_return (invoke "f") (i32.const 7))
(assert_return (invoke "f") (i32.const 8))
"""
SIMD_SCRIPT = b"""(module
  (func (export "same") (param v128) (result v128) (local.get 0))
  (func (export "div") (param v128 v128) (result v128) (f32x4.div (local.get 0) (local.get 1))))
(assert_return (invoke "same" (v128.const i32x4 1 2 3 -4)) (v128.const i32x4 1 2 3 0xfffffffc))
(assert_return (invoke "div" (v128.const f32x4 0 1 nan:0x200000 -6) (v128.const f32x4 0 0 1 2))
  (v128.const f32x4 nan:canonical inf nan:arithmetic -3))
(assert_return (invoke "same" (v128.const i64x2 1 2))
  (either (v128.const i64x2 1 1) (v128.const i64x2 1 2)))
(assert_return (invoke "same" (v128.const i16x8 1 2 3 4 5 6 7 8))
  (v128.const i16x8 1 2 3 4 5 6 7 9))
"""

SCRIPTS = [
    Case("a script with a failure", "wast s.wast", status=1, files={"s.wast": SCRIPT},
         out=found(r"^s.wast:3: assert_return: expected \(i32.const 8\), got \(i32.const 7\)$"
                   r".*^2 passed, 1 failed, 0 skipped\n\Z")),
    Case("a script in json", "wast --json s.wast", status=1, files={"s.wast": SCRIPT},
         out=line(r'^\{"status":1,"passed":2,"failed":1,"skipped":0,"skip_reasons":\{\},'
                  r'"functions":\{.*\},"findings":\['
                  r'\{"file":"s.wast","line":3,"failure":true,"message":"assert_return: '
                  r'expected \(i32.const 8\), got \(i32.const 7\)"\}\]\}$')),
    Case("what a script skips in json", "wast --json c.wast",
         files={"c.wast": b"(module)(component $C)"},
         out=found(r'"skipped":1,"skip_reasons":\{"component[^"]*":1\}')),
    Case("a script that can't be read to its end", "wast s.wast", status=1,
         files={"s.wast": b"(module)\n(module"},
         out=found(r"^s.wast:2: .*^1 passed, 1 failed, 0 skipped\n\Z")),
    Case("excluded scripts", "wast --exclude bad .", files={"good.wast": b"(module)",
                                                           "bad.wast": b"(module"},
         out=found(r"^1 passed, 0 failed, 0 skipped\n\Z")),
    Case("components are skipped, core modules are not", "wast c.wast",
         files={"c.wast": b'(module)(component $C (core module))(assert_return (invoke "f") (u32.const 1))'},
         out=found(r"^skipped 2: component$.*^2 passed, 0 failed, 2 skipped\n\Z")),
    Case("a component's core module that doesn't parse", "wast c.wast", status=1,
         files={"c.wast": b"(component\n (core module (func (frob))))"},
         out=found(r"^c.wast:1: component: .*frob.*^0 passed, 1 failed, 1 skipped\n\Z")),
    Case("vectors", "wast v.wast", status=1, files={"v.wast": SIMD_SCRIPT},
         out=found(r"^v.wast:9: assert_return: expected \(v128.const i16x8 0x0001 .* 0x0009\), got "
                   r"\(v128.const i16x8 0x0001 .* 0x0008\)$.*^4 passed, 1 failed, 0 skipped\n\Z")),
    Case("no scripts", "wast --exclude bad .", status=1, files={"bad.wast": b"(module"},
         err=line("no scripts")),
    Case("an absent script", "wast absent.wast", status=127, err=line("absent.wast")),
    Case("the interpreter by name", "wast --tier interp s.wast", files={"s.wast": b"(module)"},
         out=found(r"^1 passed, 0 failed, 0 skipped\n\Z")),
    Case("no colours off a terminal", "wast s.wast", status=1, files={"s.wast": SCRIPT},
         env={"TERM": "xterm"}, out=lambda text: "\x1b" not in text),
    Case("a feature taken away", "wast --features -gc gc.wast", status=1,
         files={"gc.wast": b"(module (type (struct)))"},
         out=found(r"^0 passed, 1 failed, 0 skipped\n\Z")),
]

COMMAND_LINE = [
    Case("version", "--version", out=found(r"\Awrun \d+\.\d+\.\d+\n\Z")),
    Case("help", "--help", out=found("run.*wast.*validate.*inspect.*parse.*print")),
    Case("nothing at all", [], status=2, err=found("--help")),
    Case("an unknown option", "run --frobnicate add.wat", status=2, err=found("frobnicate")),
    Case("an unknown option after others", "run --dir=. --fuel 1000 --frobnicate add.wat", status=2,
         err="wrun run: The following argument was not expected: --frobnicate\n"
             "See `wrun run --help`.\n"),
    Case("an option with its value in one word", "run --fuel=10000 --invoke=add add.wat 1 2",
         out="3\n"),
    Case("a flag's opposite", "run --uninterruptible --invoke add add.wat 1 2", out="3\n"),
    Case("help among other options", "run --fuel 1000 --help",
         out=found(r"--dir HOST.*--max-memory.*--usage")),
    Case("no file", "run", status=2, err=found("FILE")),
    Case("a wrong size", "run --max-memory lots add.wat", status=2, err=found("lots")),
    Case("a wrong duration", "run --timeout soon add.wat", status=2, err=found("soon")),
    Case("a wrong feature", "run --features telepathy add.wat", status=2, err=found("telepathy")),
    Case("a wrong preload", "run --preload add.wat add.wat", status=2, err=found("NAME=FILE")),
    Case("a tier that isn't there", "run --tier warp add.wat", status=2, err=found("warp")),
    *[Case(f"help of {name}", [name, "--help"], out=found(rf"wrun {name}|{name}"))
      for name in ("run", "wast", "validate", "inspect", "bench", "parse", "print")],
]

CASES = INVOKE + PROGRAMS + ENDS + THREADS + FILES + TOOLS + BENCHES + SCRIPTS + COMMAND_LINE
