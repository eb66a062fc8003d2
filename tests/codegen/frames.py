#!/usr/bin/env python3
"""Disassembles the handlers that programs spend their time in and fails on one that keeps a stack
frame: it would save registers and restore them on each of its dispatches.

frames.py DISPATCH OBJECT... reads object files of lib/interp. The hot handlers are those in files
named for sequences: the sequences, which bench/sequences chose by counting what programs run, and
the single instructions that they are made of; and those of OTHERS in all files. Exit code 77:
skipped, the output says why.
"""

import pathlib
import re
import shutil
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
HANDLER = re.compile(r"\bhandler<")
# What else programs run often, and which is in no sequence.
OTHERS = re.compile(r"\bhandler<.*\b(?:CallLocal|CallIndirect<)")
STACK = re.compile(r"\t(?:push|pop)\b|%rsp")
LEAST = 1200
LEAST_OTHERS = 5


def has_sequences(path):
    return pathlib.Path(path).name.startswith(("sequences", "unity_sequences"))


def framed(objects, hot):
    """The number of hot handlers, and the names of those that use the native stack."""
    listing = subprocess.run(["objdump", "-dC", "--no-show-raw-insn", *objects],
                             capture_output=True, text=True, check=True).stdout
    names, bad, name = set(), set(), ""
    for line in listing.splitlines():
        if match := FUNCTION.match(line):
            name = match[1] if hot.search(match[1]) else ""
            names.add(name)
        elif name and STACK.search(line):
            bad.add(name)
    return len(names - {""}), sorted(bad)


def main(dispatch, *objects):
    if dispatch != "tail":
        print(f"skipped: dispatch by {dispatch or 'nothing known'} has frames")
        return 77
    if not shutil.which("objdump"):
        print("skipped: no objdump")
        return 77
    if subprocess.run(["objdump", "-f", objects[0]], capture_output=True, text=True,
                      check=True).stdout.find("i386:x86-64") < 0:
        print("skipped: not x86-64")
        return 77
    with_sequences = [path for path in objects if has_sequences(path)]
    if not with_sequences:
        print("skipped: this build has no sequences")
        return 77
    count, bad = framed(with_sequences, HANDLER)
    others, bad_others = framed([path for path in objects if not has_sequences(path)], OTHERS)
    bad += bad_others
    for name in bad:
        print(f"keeps a stack frame: {name}")
    if count < LEAST or others < LEAST_OTHERS:
        print(f"only {count} and {others} hot handlers found")
    return 1 if bad or count < LEAST or others < LEAST_OTHERS else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
