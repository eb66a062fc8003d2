#!/usr/bin/env python3
"""Disassembles the interpreter's handlers and fails on one that calls the next instead of jumping
to it: the native stack would grow with each such instruction.

jumps.py DISPATCH OBJECT... reads the object files of lib/interp. Handlers call nothing through a
pointer but the next handler. Exit code 77: skipped, the output says why.
"""

import re
import shutil
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
HANDLER = re.compile(r"\bhandler<")
INDIRECT_CALL = re.compile(r"\tcall\s+\*")
LEAST = 2000


def calls(objects):
    """The number of handlers, and the names of those that call through a pointer."""
    count, bad, name = 0, [], ""
    listing = subprocess.run(["objdump", "-dC", "--no-show-raw-insn", *objects],
                             capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        if match := FUNCTION.match(line):
            name = match[1] if HANDLER.search(match[1]) else ""
            count += bool(name)
        elif name and INDIRECT_CALL.search(line):
            bad.append(name)
    return count, sorted(set(bad))


def main(dispatch, *objects):
    if dispatch != "tail":
        print(f"skipped: dispatch by {dispatch or 'nothing known'} has calls in it")
        return 77
    if not shutil.which("objdump"):
        print("skipped: no objdump")
        return 77
    if subprocess.run(["objdump", "-f", objects[0]], capture_output=True, text=True,
                      check=True).stdout.find("i386:x86-64") < 0:
        print("skipped: not x86-64")
        return 77
    count, bad = calls(objects)
    for name in bad:
        print(f"calls the next instruction: {name}")
    if count < LEAST:
        print(f"only {count} handlers found")
    return 1 if bad or count < LEAST else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
