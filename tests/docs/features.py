#!/usr/bin/env python3
"""Compares the table of docs/features.md with the names, the sets and what runs in the sources."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "lib/wasm/features.cpp"
RUNS = ROOT / "lib/interp/module.cpp"
TABLE = ROOT / "docs/features.md"


def section(text, begin, end):
    """What is between two pieces of a source; both must be there."""
    start = text.index(begin) + len(begin)
    return text[start : text.index(end, start)]


def rows_of_sources(names_source, runs_source):
    """(name, smallest set, runs) of each feature, in the order of the enumeration."""
    names = re.findall(r'"([a-z0-9-]+)"', section(names_source, "feature_names = {", "};"))
    sets = {"mvp": "always on"}
    for name in ("wasm1", "wasm2", "wasm3", "all"):
        body = section(names_source, f"Features Features::{name}() {{", "\n}")
        own = re.findall(r"\{(.*?)\}", body, re.S) or re.findall(r"with\(Feature::(\w+)\)", body)
        for feature in re.findall(r"\w+", own[0]):
            sets.setdefault(feature.replace("_", "-"), name)
    executable = section(runs_source, "Features executable() {", "\n}")
    not_run = re.findall(r"without\(Feature::(\w+)\)", executable)
    unknown = set(not_run) - {name.replace("-", "_") for name in names}
    if not names or "Features::all()" not in executable or unknown or set(sets) != set(names):
        raise ValueError("the sources don't look as this test expects")
    return [(name, sets[name], name.replace("-", "_") not in not_run) for name in names]


def rows_of_table(text):
    """The same from the table's rows; each must say that the feature is decoded, and link."""
    rows = []
    for name, name_set, decoded, runs, link in re.findall(
        r"^\| `([a-z0-9-]+)` \| (.+?) \| (\w+) \| (\w+) \| (.+) \|$", text, re.M
    ):
        if decoded != "yes" or runs not in ("yes", "no") or "](https://" not in link:
            raise ValueError(f"{name}: a cell is wrong")
        rows.append((name, name_set, runs == "yes"))
    return rows


def main():
    expected = rows_of_sources(NAMES.read_text(), RUNS.read_text())
    actual = rows_of_table(TABLE.read_text())
    if actual == expected:
        return 0
    for row in expected:
        if row not in actual:
            print(f"docs/features.md: expected {row[0]}, set {row[1]}, {'runs' if row[2] else 'does not run'}")
    for row in actual:
        if row not in expected:
            print(f"docs/features.md: has {row[0]}, set {row[1]}, {'runs' if row[2] else 'does not run'}")
    if sorted(actual) == sorted(expected):
        print("docs/features.md: not in the order of the enumeration")
    return 1


if __name__ == "__main__":
    sys.exit(main())
