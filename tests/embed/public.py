#!/usr/bin/env python3
"""The functions of the C++ API: each has a comment that documents it, and a test that calls it.

    public.py documented HEADERS-DIR
    public.py called HEADERS-DIR NM TESTS-DIR OBJECT...

The objects are those of tests, compiled without optimization: what isn't always inlined has a
symbol. What may have none, abstract functions among them, has to be named where a test calls it.

A comment documents the function before or behind which it stands, and the overloads that follow.
Prints what is without, and exits 1 if there is anything.
"""

import collections
import pathlib
import re
import subprocess
import sys

from declarations import (aliases, functions, headers, matches, signature, type_parameters,
                          without_templates)


def documented(include):
    wrong = count = 0
    for path in headers(include):
        for function in functions(path):
            count += 1
            if not function.is_documented:
                print(f"{path.name}:{function.line}: no comment of its own: {function.name}")
                wrong += 1
    print(f"{count - wrong} of {count} functions are documented")
    return wrong


def called_signatures(nm, objects, names):
    """The signatures of all functions that object files call or hold, by class::name without
    template arguments."""
    found = collections.defaultdict(list)
    # With precompiled headers, CMake counts those among a target's objects.
    objects = [name for name in objects if name.endswith(".o")]
    ran = subprocess.run([nm, "-C", *objects], check=True, capture_output=True, text=True)
    for symbol in set(line[18:] for line in ran.stdout.splitlines()):
        text = re.sub(r"\[abi:\w+\]", "", symbol).replace("operator()(", "operator_call(")
        text = without_templates(text)
        if "wrun::" not in text or "(" not in text:
            continue
        named = re.search(r"(wrun::[\w:~]*(?:operator [\w:&*]+|operator[^\s(]*|operator_call)?)$",
                          text.split("(")[0])
        if not named:
            continue
        parts = named[1].replace("operator_call", "operator()").split("::")
        parts = [part for part in parts if part not in ("v0", "wrun", "")]
        made = signature(text, names)
        for name in {"::".join(parts), "::".join(parts[-2:])}:
            found[name].append(made)
    return found


def test_sources(directory):
    paths = [*pathlib.Path(directory).rglob("*.cpp"), *pathlib.Path(directory).rglob("*.hpp")]
    return "\n".join(path.read_text(errors="replace") for path in paths)


def called(include, nm, tests, *objects):
    paths = headers(include)
    names = aliases([*paths, *pathlib.Path(include, "detail").glob("*.hpp")])
    symbols, sources = called_signatures(nm, objects, names), test_sources(tests)
    wrong = count = 0
    for path in paths:
        prefix = "wasi::" if path.parent.name == "wasi" else ""
        any_type = type_parameters(path.read_text())
        for function in functions(path):
            count += 1
            declared = signature(function.statement, names, any_type)
            if any(matches(declared, symbol) for symbol in symbols[prefix + function.name]):
                continue
            last = function.name.split("::")[-1].replace("operator()", "typed<")
            if function.is_inline and re.search(rf"(?:[.>]|::){re.escape(last)}", sources):
                continue
            print(f"{prefix}{path.name}:{function.line}: no test calls: {function.name}"
                  f"\n  {function.statement}")
            wrong += 1
    print(f"{count - wrong} of {count} functions are called")
    return wrong


if __name__ == "__main__":
    check = {"documented": documented, "called": called}[sys.argv[1]]
    sys.exit(1 if check(*sys.argv[2:]) else 0)
