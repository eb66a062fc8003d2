#!/usr/bin/env python3
"""Checks that docs/relaxed-simd.md has one row for each relaxed instruction of opcodes.def, in its order."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    table = (ROOT / "lib/wasm/opcodes.def").read_text()
    rows = re.findall(r'^OP\(\w+, [^,]+, "([^"]+)", .*\brelaxed_simd\)$', table, re.M)
    page = re.findall(r"^\| `([^`]+)` \| .+ \|$", (ROOT / "docs/relaxed-simd.md").read_text(), re.M)
    if rows and rows == page:
        return 0
    print("docs/relaxed-simd.md lists", page, "instead of", rows)
    return 1


if __name__ == "__main__":
    sys.exit(main())
