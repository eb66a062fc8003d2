#!/usr/bin/env python3
"""What Doxygen reads instead of a header: its contract as the file's description, its contents in a
group, and no inline namespace in the names. Lines stay where they are."""

import pathlib
import sys

GROUPS = {
    "running": ["wrun.hpp", "engine.hpp", "config.hpp", "features.hpp", "module.hpp", "linker.hpp",
                "store.hpp", "instance.hpp", "func.hpp", "caller.hpp", "resumable.hpp",
                "pausable.hpp", "pool.hpp", "version.hpp", "export.hpp"],
    "values": ["types.hpp", "value.hpp", "result.hpp", "error.hpp", "source.hpp"],
    "objects": ["memory.hpp", "shared_memory.hpp", "table.hpp", "global.hpp", "extern.hpp",
                "exception.hpp", "anyref.hpp", "rooted.hpp", "externref.hpp",
                "intrusive.hpp"],
    "limits": ["limits.hpp", "budget.hpp", "usage.hpp"],
    "native": ["native.hpp"],
}


def group_of(path):
    if path.suffix == ".h":
        return "c"
    if path.parent.name == "wasi":
        return "wasi"
    for group, names in GROUPS.items():
        if path.name in names:
            return group
    sys.exit(f"{path}: docs/reference/filter.py has no group for it")


def contract_of_c(lines):
    """The first comment, and the empty line before it, become the file's description."""
    at = next(i for i, line in enumerate(lines) if line.startswith("/*"))
    lines[at - 1] = "/** @file"
    lines[at] = " *" + lines[at][2:]


def contract(lines):
    """Turns `#pragma once` and the comment after it into the file's description."""
    at = lines.index("#pragma once")
    lines[at] = "/// @file"
    for i in range(at + 1, len(lines)):
        if lines[i].startswith("//"):
            lines[i] = "/" + lines[i]
        elif i == at + 1 and not lines[i]:
            lines[i] = "///"
        else:
            break


def group_cpp(text, opening):
    """Puts what is in the public namespace into a group; groups end with the scope they begin in."""
    if "\nnamespace wasi {\n" in text:
        text = text.replace("\nnamespace wasi {\n", "\nnamespace wasi { " + opening + "\n")
        text = text.replace("\n}  // namespace wasi\n", "\n/** @} */ }\n")
        opening, closing = "", ""
    else:
        closing = "/** @} */"
    text = text.replace("\ninline namespace v0 {\n", f"\n{opening}\n")
    return text.replace("\n}  // namespace v0\n", f"\n{closing}\n")


def group_c(text, opening):
    lines = text.split("\n")
    last = max((i for i, line in enumerate(lines) if line.startswith("#include")), default=0)
    at = next((i for i in range(last, len(lines) - 1) if not lines[i]), None)
    # A header that only includes others has nothing to be grouped.
    if at is not None:
        lines[at] = opening
        lines[-1] += "/** @} */"
    return "\n".join(lines)


def main(path):
    lines = path.read_text().split("\n")
    is_c = path.suffix == ".h"
    (contract_of_c if is_c else contract)(lines)
    opening = f"/** @addtogroup {group_of(path)} */ /** @{{ */"
    sys.stdout.write((group_c if is_c else group_cpp)("\n".join(lines), opening))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
