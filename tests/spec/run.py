#!/usr/bin/env python3
"""Runs the specification's scripts.

run.py WRUN FOLDER [OPTION...]      `wrun wast` on one folder of the test suite; `.` stands for the
                                    scripts that lie in the suite itself, without its folders
run.py WRUN --components            `wrun wast` on the component model's scripts
run.py PROGRAM --roundtrip          the round trip program on the whole suite

Exits 77 where the conformance data isn't there: it is looked for in WRUN_TEST_DATA, then in
../shared/data.
"""

import os
import pathlib
import subprocess
import sys

SKIPPED = 77
UNKNOWN_PROPOSALS = ["custom-descriptors"]


def suite():
    root = pathlib.Path(__file__).resolve().parents[2]
    data = os.environ.get("WRUN_TEST_DATA") or root.parent / "shared" / "data"
    return pathlib.Path(data) / "spec"


def main(wrun, folder, *options):
    whole = {"--roundtrip": suite(), "--components": suite().parent / "component-model"}
    where = whole.get(folder) or suite() / folder
    if not where.is_dir():
        print(f"skipped: no conformance data at {where}")
        return SKIPPED
    if folder == "--roundtrip":
        return subprocess.run([wrun, str(where), *UNKNOWN_PROPOSALS], check=False).returncode
    if folder == "--components":
        return subprocess.run([wrun, "wast", str(where)], check=False).returncode
    scripts = sorted(str(script) for script in where.glob("*.wast"))
    return subprocess.run([wrun, "wast", *options, *scripts], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
