#!/usr/bin/env python3
"""run.py WRUN CASE: what tools outside see of compiled code, and what the command shows of it.

Exits 77, saying why, where a tool or the compiler is missing.
"""

import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SPIN = HERE / "spin.wat"
TIMEOUT = 120


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def check(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


def run(command, status=0, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False, **more)
    check(done.returncode == status,
          f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def need(tool):
    if shutil.which(tool) is None:
        skip(f"there is no {tool}")


def need_compiler(wrun):
    done = subprocess.run([wrun, "print", "--ir", "fib", SPIN], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    if "no compiler" in done.stderr or "refuses executable memory" in done.stdout:
        skip("nothing is compiled here")


def listings(wrun, _):
    graph = run([wrun, "print", "--ir", "fib", SPIN]).stdout
    check(re.search(r"^  v\d+:i32 = i32\.\w+ .*  ; 0x[0-9a-f]+$", graph, re.M), graph)
    check("call" in graph and "return" in graph, graph)
    registers = run([wrun, "print", "--registers", "fib", SPIN]).stdout
    check(re.search(r"^ +\d+ call_local v\d+:rdi@rdi .* function \d+  ; 0x[0-9a-f]+", registers, re.M),
          registers)
    done = subprocess.run([wrun, "print", "--asm", "fib", SPIN], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    if "there is no disassembler" in done.stderr:
        skip("there is no disassembler; the rest is as it should be")
    check(re.search(r"^ +0x[0-9a-f]+ +[0-9a-f]+  call ", done.stdout, re.M), done.stdout)
    check(re.search(r"^ +[0-9a-f]+  ret", done.stdout, re.M), done.stdout)
    check("; limit_at_entry" in done.stdout, done.stdout)
    # Every byte is shown, as an instruction or as what it is.
    table = run([wrun, "print", "--asm", "table", SPIN]).stdout
    check(re.search(r"  data( [0-9a-f]{2})+$", table, re.M), table)
    places = [int(row.split("  ")[-2].split()[-1] if ";" not in row else
                  row.split("  ;")[0].split("  ")[-2].split()[-1], 16)
              for row in table.splitlines()]
    check(places == sorted(set(places)), table)
    run([wrun, "print", "--asm", "nothing", SPIN], status=126)


LINE = 32  # bytes that CPUs decode and keep as one
CONDITIONAL = re.compile(r"j(?!mp)\w+ ")
FUSED = re.compile(r"(cmp|test|sub|add|and) (?!.*\[(?!rbp|rsp|r11))")


def branches():
    """A function with comparisons and branches at all distances from each other."""
    text = ["(func (export \"branches\") (param i32) (result i32) (local i32)"]
    for i in range(200):
        # Constants that take one byte, or four.
        number = i * (1 if i % 3 else 1000)
        text.append(f"(block (br_if 0 (i32.lt_u (local.get 0) (i32.const {number})))"
                    f" (local.set 1 (i32.mul (i32.add (local.get 1) (i32.const {i})) (local.get 0))))")
    return "(module " + "\n".join(text) + "(local.get 1)))"


def assembly(wrun, *arguments):
    done = subprocess.run([wrun, "print", *arguments], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    if "there is no disassembler" in done.stderr:
        skip("there is no disassembler")
    return done.stdout


def jumps(wrun, folder):
    """No conditional jump, nor it and what it is one with, touches the end of a line."""
    module = folder / "branches.wat"
    module.write_text(branches())
    listing = assembly(wrun, "--fuel", "--asm", "branches", module)
    rows = [(int(match[1], 16), match[2]) for match in
            re.finditer(r"^ +(?:0x[0-9a-f]+ +)?([0-9a-f]+)  (.*)$", listing, re.M)]
    seen = pairs = 0
    for before, jump, after in zip(rows, rows[1:], rows[2:]):
        if not CONDITIONAL.match(jump[1]):
            continue
        seen += 1
        fused = bool(FUSED.match(before[1]))
        pairs += fused
        start = before[0] if fused else jump[0]
        check(start // LINE == after[0] // LINE, f"{before} {jump} {after}")
    check(seen > 300 and pairs > 300, f"{seen} jumps, {pairs} pairs")


PARTIAL = """(module (func (export "f") (param f64 f32) (result f64)
  (f64.add (f64.mul (local.get 0) (f64.sqrt (local.get 0)))
    (f64.add (f64.mul (local.get 0) (f64.floor (local.get 0)))
      (f64.add (f64.promote_f32 (local.get 1))
        (f64.promote_f32 (f32.mul (local.get 1) (f32.demote_f64 (local.get 0)))))))))"""


def partial(wrun, folder):
    """With AVX, what writes a part of a register takes the rest from its operand."""
    if " avx " not in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii"):
        skip("this processor has no AVX")
    module = folder / "partial.wat"
    module.write_text(PARTIAL)
    listing = assembly(wrun, "--asm", "f", module)
    for name in ("sqrtsd", "roundsd", "cvtss2sd", "cvtsd2ss"):
        found = re.findall(rf"  v{name} xmm\d+, (xmm\d+), (xmm\d+)", listing)
        check(found and all(a == b for a, b in found), f"{name}: {listing}")


def precompiled(wrun, folder):
    image = folder / "spin.cwasm"
    run([wrun, "compile", SPIN, "-o", image])
    done = run([wrun, "run", "--invoke", "fib", image, "20"], status=126)
    check("--allow-precompiled" in done.stderr, done.stderr)
    for command in ("validate", "inspect", "print"):
        check("native code" in run([wrun, command, image], status=126 if command != "validate"
                                   else 1).stderr, command)
    check(run([wrun, "run", "--allow-precompiled", "--invoke", "fib", image, "20"]).stdout ==
          "6765\n", "fib from an image")
    done = run([wrun, "run", "--allow-precompiled", "--fuel", "100000000", "--invoke", "fib", image,
                "20"], status=126)
    check('another engine: this engine has "fuel"' in done.stderr, done.stderr)
    counting = folder / "counting.cwasm"
    run([wrun, "compile", "--fuel", SPIN, "-o", counting])
    check(run([wrun, "run", "--allow-precompiled", "--fuel", "100000000", "--invoke", "fib",
               counting, "20"]).stdout == "6765\n", "fib with fuel")
    large = folder / "large.wat"
    large.write_text(f'(module (func) (func (export "f") (local {"i32 " * 5000})))')
    done = run([wrun, "compile", large, "-o", folder / "large.cwasm"])
    check(done.stderr == "function 1 stays interpreted: 5000 locals\n", done.stderr)
    checked = folder / "checked.cwasm"
    run([wrun, "compile", "--memory-checks", "explicit", SPIN, "-o", checked])
    check(run([wrun, "run", "--allow-precompiled", "--memory-checks", "explicit", "--invoke", "fib",
               checked, "20"]).stdout == "6765\n", "fib with explicit checks")
    damaged = bytearray(image.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    image.write_bytes(damaged)
    done = run([wrun, "run", "--allow-precompiled", "--invoke", "fib", image, "20"], status=126)
    check("damaged" in done.stderr, done.stderr)
    cache = folder / "cache"
    for _ in range(2):
        check(run([wrun, "run", "--cache", cache, "--invoke", "fib", SPIN, "20"]).stdout ==
              "6765\n", "fib with a cache")
    check(len(list(cache.glob("*.cwasm"))) == 1 and cache.stat().st_mode & 0o777 == 0o700, cache)
    cache.chmod(0o755)
    done = run([wrun, "run", "--cache", cache, "--invoke", "fib", SPIN, "20"], status=126)
    check("0700" in done.stderr, done.stderr)


def old_cpu(wrun, folder):
    """Where there can be no machine code, everything is interpreted, and it is said why."""
    why = "the CPU hasn't the instructions of x86-64-v2"
    old = {"env": {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-SSE4_2"}}
    done = run([wrun, "run", "--tier", "jit", "--usage", "--invoke", "fib", SPIN, "20"], **old)
    check(done.stdout == "6765\n", done.stdout)
    check(f"nothing is compiled: {why}\n" in done.stderr, done.stderr)
    done = run([wrun, "print", "--ir", "fib", SPIN], status=126, **old)
    check(f"the engine has no compiler: {why}" in done.stderr, done.stderr)
    script = folder / "script.wast"
    script.write_text('(module (func (export "f")))(invoke "f")')
    done = run([wrun, "wast", "--tier", "jit", script], status=1, **old)
    check(f"no function was compiled: {why}" in done.stderr, done.stderr)


def named_as_generated(wrun, folder):
    """Whether the code of a running guest lies where perf looks into its map: in memory that is no
    file's."""
    command = [str(wrun), "run", "--tier", "jit", "--perf-map", "--timeout", "60s", "--invoke", "spin",
               str(SPIN)]
    with subprocess.Popen(command, cwd=folder) as process:
        place = pathlib.Path(f"/tmp/perf-{process.pid}.map")
        deadline = time.monotonic() + TIMEOUT / 4
        found = None
        while time.monotonic() < deadline and not found:
            time.sleep(0.02)
            found = place.exists() and re.search(r"^([0-9a-f]+) \S+ innermost$", place.read_text(), re.M)
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text() if found else ""
        process.kill()
    place.unlink(missing_ok=True)
    check(found, "no map")
    for row in maps.splitlines():
        begin, end = (int(part, 16) for part in row.split()[0].split("-"))
        if begin <= int(found[1], 16) < end:
            check(" r-xs " in row and "/dev/zero" in row, row)
            return
    check(False, maps)


def start(wrun, folder, *options):
    """A fib that is compiled, ended; its process id."""
    command = [str(wrun), "run", "--tier", "jit", *options, "--invoke", "fib", str(SPIN), "20"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
        out, _ = process.communicate(timeout=TIMEOUT)
        check(out == b"6765\n" and process.returncode == 0, command)
        return process.pid


def perf_map(wrun, folder):
    pid = start(wrun, folder, "--perf-map")
    place = pathlib.Path(f"/tmp/perf-{pid}.map")
    rows = place.read_text().splitlines()
    place.unlink()
    found = {}
    for row in rows:
        match = re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) (.+)", row)
        check(match, row)
        found[match[3]] = (int(match[1], 16), int(match[2], 16))
    check("fib" in found and found["fib"][0] > 0x1000 and found["fib"][1] > 16, found)
    named_as_generated(wrun, folder)


def perf(wrun, folder):
    """perf itself shows names, by the map and by the dump."""
    need("perf")
    data = folder / "perf.data"
    for option, clock in (("--perf-map", []), ("--jitdump", ["-k", "mono"])):
        guest = ["sh", "-c", 'echo $$ > pid; exec "$0" "$@"', wrun, "run", "--tier", "jit", option,
                 "--invoke", "fib", SPIN, "32"]
        done = subprocess.run(["perf", "record", "-q", *clock, "-o", data, *guest], cwd=folder,
                              capture_output=True, text=True, timeout=TIMEOUT, check=False)
        if not data.exists() or "not supported" in done.stderr or "ermission" in done.stderr:
            skip(f"perf measures nothing here: {done.stderr}")
        check(done.returncode == 0, done.stderr)
        shown = data
        if option == "--jitdump":
            shown = folder / "injected.data"
            run(["perf", "inject", "--jit", "-i", data, "-o", shown], cwd=folder)
        report = run(["perf", "report", "--stdio", "-i", shown], cwd=folder).stdout
        pid = (folder / "pid").read_text().strip()
        pathlib.Path(f"/tmp/perf-{pid}.map").unlink(missing_ok=True)
        check(re.search(r"^ +[0-9.]+% .*\] fib *$", report, re.M), report)
        data.unlink()


def jitdump(wrun, folder):
    pid = start(wrun, folder, "--jitdump")
    content = (folder / f"jit-{pid}.dump").read_bytes()
    magic, version, size, machine, _, process = struct.unpack_from("<6I", content)
    check((magic, version, size, machine, process) == (0x4A695444, 1, 40, 62, pid), content[:40])
    names = []
    at = size
    while at < len(content):
        kind, total = struct.unpack_from("<2I", content, at)
        code_size = struct.unpack_from("<Q", content, at + 40)[0]
        name = content[at + 56:content.index(b"\0", at + 56)]
        check(kind == 0 and total == 56 + len(name) + 1 + code_size, (kind, total))
        names.append(name.decode())
        at += total
    check("fib" in names and at == len(content), names)


def child_of(parent):
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            return int(entry.name)
    return None


def gdb(wrun, folder):
    need("gdb")
    command = ["gdb", "--nx", "--batch", "-ex", "set debuginfod enabled off",
               "-ex", "set startup-with-shell off", "-ex", "handle SIGUSR2 stop nopass",
               "-ex", "run", "-ex", "bt 6", "-ex", "kill", "--args", str(wrun), "run", "--tier",
               "jit", "--debugger", "--invoke", "spin", str(SPIN)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, start_new_session=True) as process:
        guest = None
        deadline = time.monotonic() + TIMEOUT / 2
        # It is in the loop once it has used some processor time there.
        while time.monotonic() < deadline and process.poll() is None:
            guest = guest or child_of(process.pid)
            if guest is not None:
                try:
                    text = pathlib.Path(f"/proc/{guest}/stat").read_text()
                except OSError:  # gdb starts other programs, too
                    guest = None
                    continue
                fields = text.rsplit(")", 1)[1].split()
                if fields[0] != "t" and int(fields[11]) > 100:
                    break
            time.sleep(0.05)
        if guest is not None:
            os.kill(guest, signal.SIGUSR2)
        try:
            out, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if "ptrace" in out and "Operation not permitted" in out:
        skip("the system lets nobody trace processes")
    check(re.search(r"^#0 .*\binnermost\b", out, re.M), out)
    check(re.search(r"^#1 .*\boutermost\b", out, re.M), out)


def valgrind(wrun, folder):
    need("valgrind")
    done = run(["valgrind", "--error-exitcode=99", "--smc-check=all-non-file", "--quiet", wrun,
                "run", "--tier", "jit", "--invoke", "fib", SPIN, "15"], cwd=folder)
    check(done.stdout == "610\n", done.stdout)


def lines(wrun, folder):
    need("clang")
    need("wasm-ld")
    for version in ("4", "5"):
        module = folder / f"lines{version}.wasm"
        run(["clang", "--target=wasm32", "-nostdlib", "-g", f"-gdwarf-{version}", "-O1",
             "-Wl,--no-entry", HERE / "lines.c", "-o", module])
        for tier in ("interp", "jit"):
            command = [wrun, "run", "--tier", tier, "--invoke", "go", module, "5"]
            done = run(command, status=134)
            check(re.search(r"^ +0: .*divide .*, \S*lines\.c:5:\d+$", done.stderr, re.M), done.stderr)
            check(re.search(r"^ +1: .*go .*, \S*lines\.c:9:\d+$", done.stderr, re.M), done.stderr)
            done = run([*command[:2], "--json", *command[2:]], status=134)
            check('"line":5' in done.stdout and '"line":9' in done.stdout, done.stdout)
            inlined_lines(wrun, tier, module)


def inlined_lines(wrun, tier, module):
    """Functions that the guest's compiler put into the one that trapped."""
    command = [wrun, "run", "--tier", tier, "--invoke", "deep", module, "5"]
    done = run(command, status=134)
    check(re.search(r"^ +0: .*deep .*, \S*lines\.c:15:\d+\n"
                    r"^ +in remainder_of, inlined at \S*lines\.c:19:\d+\n"
                    r"^ +in twice, inlined at \S*lines\.c:23:\d+$", done.stderr, re.M), done.stderr)
    done = run([*command[:2], "--json", *command[2:]], status=134)
    check('"inlined":[{"function":"remainder_of","file"' in done.stdout, done.stdout)


CASES = {"lines": lines, "listings": listings, "jumps": jumps, "partial": partial,
         "precompiled": precompiled, "old-cpu": old_cpu, "perf-map": perf_map, "perf": perf,
         "jitdump": jitdump, "gdb": gdb, "valgrind": valgrind}


def main():
    wrun = pathlib.Path(sys.argv[1]).resolve()
    need_compiler(wrun)
    with tempfile.TemporaryDirectory(prefix="wrun-code-") as folder:
        CASES[sys.argv[2]](wrun, pathlib.Path(folder))
    print("ok")


if __name__ == "__main__":
    main()
