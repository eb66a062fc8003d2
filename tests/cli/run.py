#!/usr/bin/env python3
"""Tests of the command: run.py WRUN [PART-OF-A-NAME]. Exits 1 if a case fails."""

import sys

import cases
import grant_cases
import grants
import pages
import processes
from runner import Scratch


def main(wrun, wanted=""):
    failed = ran = 0
    for name, check in [
            *((case.name, case.run) for case in cases.CASES + grant_cases.CASES),
            *processes.CHECKS, *grants.CHECKS, *pages.CHECKS]:
        if wanted not in name:
            continue
        ran += 1
        with Scratch() as scratch:
            try:
                problems = check(wrun, scratch)
            except Exception as error:  # a case that can't even run has failed
                problems = [f"{type(error).__name__}: {error}"]
        if problems:
            failed += 1
            print(f"FAILED {name}")
            for problem in problems:
                print(f"    {problem}")
    print(f"{ran - failed} passed, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
