#!/usr/bin/env python3
"""Each example is short enough to be read, is run as a test, and is linked from a page."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
MOST_LINES = 149


def problems():
    build = (EXAMPLES / "CMakeLists.txt").read_text()
    tests = set(re.findall(r"wrun_example\((\w+)|add_test\(NAME example\.(\w+)", build))
    tested = {name for pair in tests for name in pair if name}
    pages = "".join(path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    for path in sorted([*EXAMPLES.glob("*.c"), *EXAMPLES.glob("*.cpp")]):
        lines = len(path.read_text().splitlines())
        if lines > MOST_LINES:
            yield f"{path.name} has {lines} lines, more than {MOST_LINES}"
        if path.stem not in tested:
            yield f"{path.name} isn't run as a test"
        if f"examples/{path.name})" not in pages:
            yield f"{path.name} is linked from no page"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) or "all examples are short, run, and found")
    sys.exit(1 if found else 0)
