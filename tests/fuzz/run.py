#!/usr/bin/env python3
"""Compares wrun with Node.js on random modules (generate.py).

Node.js says what each call gives; wrun then runs the same calls as a script that asserts it.
Modules that they disagree on stay behind as scripts. Exit code 77 if there is no Node.js.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generate

# Node.js's words for traps, by what they begin with; other traps may have any text.
TRAPS = (
    ("unreachable", "unreachable"),
    ("memory access out of bounds", "out of bounds memory access"),
    ("divide by zero", "integer divide by zero"),
    ("remainder by zero", "integer divide by zero"),
    ("divide result unrepresentable", "integer overflow"),
    ("null function or function signature mismatch", ""),
)


def trap_text(message):
    for start, text in TRAPS:
        if message.startswith(start):
            return text
    return ""


def assertion(call, outcome):
    name, args = call
    action = f'(invoke "{name}"' + "".join(f" ({kind}.const {text})" for kind, text in args) + ")"
    if isinstance(outcome, dict) and "exception" in outcome:
        return f"(assert_exception {action})"
    if isinstance(outcome, dict):
        return f'(assert_trap {action} "{trap_text(outcome["trap"])}")'
    return f"(assert_return {action} (i64.const {outcome}))"


def run(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def compare(engine, node, folder, seed, functions):
    """What is wrong with one module, as text; empty if nothing is."""
    text, calls = generate.generate(seed, functions)
    source, binary = folder / f"{seed}.wat", folder / f"{seed}.wasm"
    source.write_text(text)
    code, output = run([engine, "parse", source, "-o", binary])
    if code:
        return f"{source} isn't parsed:\n{output}"
    calls_file = folder / f"{seed}.json"
    calls_file.write_text(json.dumps(calls))
    code, output = run([node, Path(__file__).with_name("oracle.mjs"), binary, calls_file])
    if code:
        return f"Node.js refuses {source}:\n{output}"
    outcomes = [json.loads(line) for line in output.splitlines()]
    script = folder / f"{seed}.wast"
    script.write_text(text + "\n".join(map(assertion, calls, outcomes)) + "\n")
    code, output = run([engine, "wast", "--features", "+legacy-exceptions", script])
    if code:
        return f"{script} fails:\n{output}"
    for file in (source, binary, calls_file, script):
        file.unlink()
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", help="path of wrun")
    parser.add_argument("--seed", type=int, default=1, help="of the first module")
    parser.add_argument("--modules", type=int, default=40)
    parser.add_argument("--functions", type=int, default=100, help="in each module")
    parser.add_argument("--seconds", type=float, default=20, help="start no module after this time")
    options = parser.parse_args()
    node = shutil.which("node")
    if not node:
        print("skipped: there is no Node.js to compare with")
        return 77
    folder = Path(tempfile.mkdtemp(prefix="wrun-fuzz-"))
    deadline = time.monotonic() + options.seconds
    failures = compared = 0
    for seed in range(options.seed, options.seed + options.modules):
        if time.monotonic() > deadline:
            break
        compared += 1
        if problem := compare(options.engine, node, folder, seed, options.functions):
            failures += 1
            print(f"seed {seed}: {problem}")
    if failures == 0:
        shutil.rmtree(folder)
    print(f"{compared} modules of {options.functions} functions, {failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
