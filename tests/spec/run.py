#!/usr/bin/env python3
"""Runs the specification's scripts.

run.py WRUN FOLDER [OPTION...]      `wrun wast` on one folder of the test suite, or one script; `.`
                                    stands for the scripts that lie in the suite itself, without its
                                    folders. Fails too if the compiler refuses a function, or if code
                                    that gets hot at its second turn is never entered in mid-loop
run.py WRUN --components            `wrun wast` on the component model's scripts
run.py PROGRAM --roundtrip          the round trip program on the whole suite

Exits 77 where the conformance data isn't there: it is looked for in WRUN_TEST_DATA, then in
../shared/data.
"""

import os
import pathlib
import re
import subprocess
import sys

SKIPPED = 77
UNKNOWN_PROPOSALS = ["custom-descriptors"]


def suite():
    root = pathlib.Path(__file__).resolve().parents[2]
    data = os.environ.get("WRUN_TEST_DATA") or root.parent / "shared" / "data"
    return pathlib.Path(data) / "spec"


def is_as_asked(report, folder, options):
    """Whether functions ran in the tiers that the options are there to test."""
    if "stays interpreted" in report:
        print("functions stay interpreted")
        return False
    counts = re.search(r"(\d+) functions ran interpreted, (\d+) compiled, (\d+) entered", report)
    interpreted, compiled, entered = map(int, counts.groups())
    # The other folders have hardly a loop. Without a compiler nothing is compiled.
    if folder == "." and "2" in options and compiled and not (interpreted and entered):
        print("nothing changed from tier to tier")
        return False
    return True


def run_scripts(wrun, folder, options, scripts):
    done = subprocess.run([wrun, "wast", *options, *scripts], check=False, stdout=subprocess.PIPE,
                          text=True)
    print(done.stdout, end="")
    return done.returncode or (0 if is_as_asked(done.stdout, folder, options) else 1)


def main(wrun, folder, *options):
    whole = {"--roundtrip": suite(), "--components": suite().parent / "component-model"}
    where = whole.get(folder) or suite() / folder
    if not where.exists():
        print(f"skipped: no conformance data at {where}")
        return SKIPPED
    if folder == "--roundtrip":
        return subprocess.run([wrun, str(where), *UNKNOWN_PROPOSALS], check=False).returncode
    if folder == "--components":
        return subprocess.run([wrun, "wast", str(where)], check=False).returncode
    scripts = [str(where)] if where.is_file() else sorted(map(str, where.glob("*.wast")))
    return run_scripts(wrun, folder, options, scripts)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
