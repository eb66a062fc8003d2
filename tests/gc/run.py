#!/usr/bin/env python3
"""Runs guests that allocate much and keep little, or too much; looks at results and memory.

run.py WRUN [--long]
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MIB = 1024 * 1024


def run(*command):
    """Exit status, output, errors and the most bytes that were resident."""
    # AddressSanitizer keeps what was freed, unless it is told not to.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "ASAN_OPTIONS": sanitizer})
    out, err = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()
    return process.returncode, out.strip(), err, used.ru_maxrss * 1024


def sum_below(n):
    return n * (n - 1) // 2


def as_i32(number):
    return (number + 2**31) % 2**32 - 2**31


def cases(is_long):
    """(name, options, guest, function, arguments, status, result or message, most bytes)"""
    short = 100_000_000 if is_long else 10_000_000
    nodes = 10_000_000 if is_long else 2_000_000
    cycle = 24 * nodes
    limit = str(cycle * 5 // 2)
    yield ("short-lived structures", [], "short.wat", "run", [short], 0,
           str(as_i32(sum_below(short + 1))), 64 * MIB)
    yield (f"cycles of {nodes} nodes", ["--max-heap", limit], "lists.wat", "cycles", [nodes, 8], 0,
           str(nodes - 1), cycle * 5 // 2 + 64 * MIB)
    yield ("arrays of many lengths", [], "arrays.wat", "many", [20, 5000], 0, str(4950 * 100 + 50),
           96 * MIB)
    yield ("a list beyond the limit", ["--max-heap", "16M"], "lists.wat", "live", [10_000_000], 125,
           "heap_bytes", 64 * MIB)
    yield ("an array beyond the limit", ["--max-heap", "16M"], "arrays.wat", "one", [100_000_000],
           125, "heap_bytes", 64 * MIB)
    yield ("the longest array", [], "arrays.wat", "one", [0xffffffff], 125, "heap_bytes", 64 * MIB)
    if is_long:
        alive = 44_800_000
        yield ("1 GiB alive", ["--max-heap", "1200M"], "lists.wat", "live", [alive], 0,
               str(sum_below(alive)), 1300 * MIB)


def main(wrun, *options):
    failures = 0
    # What the command has before it runs anything, which is much when it is sanitized.
    *_, own = run(wrun, "--version")
    for name, flags, guest, function, args, status, wanted, most in cases("--long" in options):
        got, out, err, resident = run(
            wrun, "run", *flags, "--invoke", function, str(HERE / guest), *map(str, args))
        well = got == status and (out == wanted if status == 0 else wanted in err)
        well = well and resident <= most + own
        print(f"{'ok' if well else 'FAILED'}: {name}: status {got}, {resident // MIB} MiB"
              f"{'' if well else f', {out} {err}'}")
        failures += not well
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
