#!/usr/bin/env python3
"""Compares the table of docs/features.md with the names and the sets in the sources."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "lib/wasm/features.cpp"
TABLE = ROOT / "docs/features.md"


def section(text, begin, end):
    """What is between two pieces of a source; both must be there."""
    start = text.index(begin) + len(begin)
    return text[start : text.index(end, start)]


def rows_of_sources(source):
    """(name, smallest set) of each feature, in the order of the enumeration."""
    names = re.findall(r'"([a-z0-9-]+)"', section(source, "feature_names = {", "};"))
    sets = {"mvp": "always on"}
    for name in ("wasm1", "wasm2", "wasm3", "all"):
        body = section(source, f"Features Features::{name}() {{", "\n}")
        own = re.findall(r"\{(.*?)\}", body, re.S) or re.findall(r"with\(Feature::(\w+)\)", body)
        for feature in re.findall(r"\w+", own[0]):
            sets.setdefault(feature.replace("_", "-"), name)
    if not names or set(sets) != set(names):
        raise ValueError("the sources don't look as this test expects")
    return [(name, sets[name]) for name in names]


def rows_of_table(text):
    """The same from the table's rows, each of which must link."""
    rows = []
    for name, name_set, link in re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+?) \| (.+) \|$", text, re.M):
        if "](https://" not in link:
            raise ValueError(f"{name}: no link")
        rows.append((name, name_set))
    return rows


def main():
    expected = rows_of_sources(NAMES.read_text())
    actual = rows_of_table(TABLE.read_text())
    if actual == expected:
        return 0
    for name, name_set in expected:
        if (name, name_set) not in actual:
            print(f"docs/features.md: expected {name}, set {name_set}")
    for name, name_set in actual:
        if (name, name_set) not in expected:
            print(f"docs/features.md: has {name}, set {name_set}")
    if sorted(actual) == sorted(expected):
        print("docs/features.md: not in the order of the enumeration")
    return 1


if __name__ == "__main__":
    sys.exit(main())
