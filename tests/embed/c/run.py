#!/usr/bin/env python3
"""Runs a client and compares what it prints with what it should.

    run.py EXPECTED PROGRAM [ARGUMENT...]
"""

import difflib
import pathlib
import subprocess
import sys


def main(expected, *command):
    wanted = pathlib.Path(expected).read_text()
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if ran.returncode == 77:
        print(ran.stdout)
        return 77
    if ran.stdout == wanted and ran.returncode == 0:
        return 0
    print(f"exit code {ran.returncode}")
    sys.stdout.writelines(difflib.unified_diff(
        wanted.splitlines(True), ran.stdout.splitlines(True), "expected", "printed"))
    print(ran.stderr[-4000:])
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
