#!/usr/bin/env python3
"""Fails if a process that runs a small guest holds more memory than it should, or if too much of the
command has to be relocated before it starts.

start.py SPAWN WRUN MODULE: bench/spawn.c, the command, and a module that says hello. Memory is
counted above that of a process that does nothing. If it has grown because functions have other names
than before, `bench/layout` finds the new ones. Exit code 77: skipped, the output says why.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# A file that was just written lies in memory in large pieces, each of which is mapped as a whole: up to
# 300 KiB more than the same file takes later.
RESIDENT_KIB = {"run": 1728, "run --dir=.": 1984}
RELOCATED_KIB = 176


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def resident(spawn, *command):
    """The least of several runs: what of a file is in memory already is mapped along."""
    peaks = []
    for _ in range(5):
        _, peak, status = map(int, run(spawn, *command).split())
        if status != 0:
            sys.exit(f"{' '.join(command)}: wait status {status}")
        peaks.append(peak)
    return min(peaks)


def section_kib(listing, name):
    found = re.search(rf"\s{re.escape(name)}\s+\S+\s+\w+\s+\w+\s+(\w+)", listing)
    return int(found[1], 16) // 1024 if found else 0


def main(spawn, wrun, module):
    if not shutil.which("readelf"):
        print("skipped: no readelf")
        return 77
    listing = run("readelf", "-SW", wrun)
    if ".wrun_initialisers" not in listing:
        print("skipped: not linked by tools/wrun/layout/script.ld.in")
        return 77
    with tempfile.TemporaryDirectory(prefix="wrun-start-") as scratch:
        guest = str(pathlib.Path(scratch) / "hello.wasm")
        run(wrun, "parse", module, "-o", guest)
        least = resident(spawn, shutil.which("true"))
        held = {words: resident(spawn, wrun, *words.split(), guest) - least
                for words in RESIDENT_KIB}
    relocated = section_kib(listing, ".data.rel.ro")
    for words, most in RESIDENT_KIB.items():
        print(f"{words}: {held[words]} KiB above a process that does nothing, of {most}")
    print(f"{relocated} KiB to be relocated, of {RELOCATED_KIB}")
    too_much = any(held[words] > most for words, most in RESIDENT_KIB.items())
    return 1 if too_much or relocated > RELOCATED_KIB else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
