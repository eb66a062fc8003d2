#!/usr/bin/env python3
"""The functions of the C API: declared, documented, exported, listed in exports.txt and tested.

    api.py headers INCLUDE-DIR CC        the headers declare what the list has, all documented
    api.py library NM LIBRARY            the library defines exactly these (.a or .so)
    api.py covered NM OBJECT...          the clients' object files use every one of them

Each prints what is wrong and exits 1, or says how many functions there are.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LIST = HERE / "exports.txt"
NAME = re.compile(r"\b((?:wasm|wrun)_[a-z0-9_]+)\s*\(")
C_NAME = re.compile(r"^(?:wasm|wrun)_\w+$")


def listed():
    names = LIST.read_text().split()
    if names != sorted(set(names)):
        sys.exit(f"{LIST.name} isn't sorted, or says something twice")
    return set(names)


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          text=True).stdout


def differences(found, what):
    wanted = listed()
    for name in sorted(wanted - found):
        print(f"{name}: in {LIST.name}, but not {what}")
    for name in sorted(found - wanted):
        print(f"{name}: {what}, but not in {LIST.name}")
    if found != wanted:
        return 1
    print(f"{len(wanted)} functions, all {what}")
    return 0


def declared(include, compiler):
    """Functions that the preprocessed headers declare and don't define."""
    text = output(compiler, "-E", "-P", "-I", include, include / "wrun.h")
    text = text[text.index("typedef char byte_t"):]
    depth, top = 0, []
    for char in text:
        depth += (char == "{") - (char == "}")
        top.append(char if depth == 0 or char == "{" else " ")
    names = set()
    for statement in re.split(r"[;}]", "".join(top)):
        if "typedef" in statement or "static" in statement or "{" in statement:
            continue
        match = NAME.search(statement)
        if match:
            names.add(match[1])
    return names


def undocumented(path):
    """Declarations that no comment stands before. One comment may be before several casts, or accessors."""
    last, in_group, continued, found = "", False, False, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        in_macro = continued
        continued = text.endswith("\\")
        if in_macro or text.startswith("#"):
            last = text
            continue
        if text.startswith(("/* Casts", "/* The same, of one kind")):
            in_group = True
        if not text:
            in_group = False
        starts = text.startswith(("WASM_API_EXTERN", "static inline", "WASM_DECLARE_REF",
                                  "WASM_DECLARE_TYPE", "WASM_DECLARE_SHAR", "WRUN_DECLARE_"))
        grouped = in_group or "wasm_functype_new_" in text
        if starts and not last.endswith("*/") and not grouped:
            found.append(f"{path.name}:{number}: no comment before: {text}")
        last = text
    return found


def headers(include, compiler):
    include = pathlib.Path(include)
    wrong = [each for path in [include / "wasm.h", *sorted((include / "wrun" / "c").glob("*.h"))]
             for each in undocumented(path)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return differences(declared(include, compiler), "declared") or bool(wrong)


def symbols(nm, *arguments):
    return {line.split()[-1] for line in output(nm, *arguments).splitlines() if line.split()}


def library(nm, path):
    shared = ".so" in pathlib.Path(path).name
    names = symbols(nm, "--defined-only", "-D" if shared else "-g", path)
    found = {name for name in names if C_NAME.match(name)}
    return differences(found, f"defined by {pathlib.Path(path).name}")


def covered(nm, *objects):
    used = set()
    for path in objects:
        used |= symbols(nm, "--undefined-only", path)
    missing = sorted(listed() - used)
    for name in missing:
        print(f"{name}: no client calls it")
    print(f"{len(listed()) - len(missing)} of {len(listed())} functions are called")
    return bool(missing)


if __name__ == "__main__":
    sys.exit({"headers": headers, "library": library, "covered": covered}[sys.argv[1]](
        *sys.argv[2:]))
