#!/usr/bin/env python3
"""Whether the differential test finds mistakes: each patch in this folder is one in the compiler.

run.py --check [PATCH...]           only whether they apply
run.py --build DIR [PATCH...]       applies each, builds fuzz_differential in DIR, runs it until it
                                    finds a difference, and takes the patch back

A mistake that 10,000 modules don't show is a failure. The working tree is changed meanwhile.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = 10_000
TARGET = "fuzz_differential"


def patch(name, *options):
    command = ["patch", "-p1", "--batch", "--silent", "--no-backup-if-mismatch", *options]
    with open(HERE / f"{name}.patch", "rb") as text:
        return subprocess.run(command, cwd=ROOT, stdin=text, check=False,
                              stdout=subprocess.DEVNULL).returncode == 0


def applies(name):
    return patch(name, "--dry-run", "--forward")


def build(folder):
    made = subprocess.run(["cmake", "--build", folder, "--target", TARGET], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        print(made.stdout[-2000:])
    return made.returncode == 0


def is_found(folder):
    found = subprocess.run([pathlib.Path(folder) / "bin" / TARGET, "--count", str(MODULES),
                            "--failures", "1"], check=False, stdout=subprocess.PIPE, text=True)
    print("  " + found.stdout.strip().replace("\n", "\n  "))
    return found.returncode != 0


def try_out(name, folder):
    if not patch(name, "--forward"):
        return "doesn't apply"
    try:
        if not build(folder):
            return "doesn't build"
        return "" if is_found(folder) else f"isn't found in {MODULES} modules"
    finally:
        patch(name, "--reverse")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", metavar="DIR")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if not args.check and not args.build:
        parser.error("--check or --build")
    problems = 0
    for name in args.names or sorted(each.stem for each in HERE.glob("*.patch")):
        print(name, flush=True)
        problem = ("" if applies(name) else "doesn't apply") if args.check else \
            try_out(name, args.build)
        if problem:
            print(f"{name} {problem}", flush=True)
            problems += 1
    if args.build and not args.check:
        build(args.build)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
