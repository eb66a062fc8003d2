#!/usr/bin/env python3
"""Reads every #include of the sources and names those that point up or sideways.

check.py [ROOT] prints `file:line: what` for each violation and exits 1 if there is one.
"""

import pathlib
import re
import sys

# What a layer stands on. It may include these, what they stand on, and itself; all may include
# the public headers, which include only each other.
BELOW = {
    "include": [],
    "lib/os": [],
    "lib/wasm": [],
    "lib/text": ["lib/wasm"],
    "lib/runtime": ["lib/wasm", "lib/os"],
    "lib/interp": ["lib/runtime"],
    "jit": ["lib/runtime"],
    "lib/api": ["lib/text", "lib/interp", "jit"],
    "lib/native": ["lib/api"],
    "lib/component": ["lib/api"],
    "wasi": ["lib/api"],
    "tools": ["wasi", "lib/native", "lib/component"],
}

# Headers of the world outside and the folders that may include them.
OUTSIDE = [
    (r"(sys/.*|unistd\.h|fcntl\.h|dirent\.h|poll\.h|pthread\.h|sched\.h|termios\.h)",
     {"lib/os", "wasi", "tools"}),
    (r"(signal\.h|csignal|linux/.*)", {"lib/os", "wasi/posix", "tools"}),
    (r".*intrin\.h", {"lib/os", "lib/wasm/vector"}),
    (r"(cpuid\.h|ucontext\.h)", {"lib/os"}),
    (r"xbyak/.*", {"jit"}),
    (r"ffi(target)?\.h", {"lib/native"}),
    (r"zlib\.h", set(BELOW) - {"include"}),
    (r"(fmt/.*|CLI/.*|nlohmann/.*)", {"tools"}),
    (r"(gtest|gmock|benchmark)/.*", set()),
]

SUFFIXES = {".h", ".hpp", ".inl", ".c", ".cpp", ".def", ".S"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def reachable(layer):
    """The layers that `layer` may include."""
    found, todo = {layer}, [layer]
    while todo:
        for below in BELOW[todo.pop()]:
            if below not in found:
                found.add(below)
                todo.append(below)
    return found


def layer_of(path):
    """The layer that a path from the root lies in; None if in none."""
    for layer in BELOW:
        if path == layer or path.startswith(layer + "/"):
            return layer
    return None


def includes(path):
    """(line number, quoted?, name) of each include."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] == '"', match[2]


def complaint(root, folder, quoted, name):
    """What is wrong when a file of `folder` includes `name`, or None."""
    layer = layer_of(folder)
    if (root / "include" / name).is_file():
        return None
    target = layer_of(name)
    if target:
        if target in reachable(layer):
            return None
        return f"{layer} may not include {target}"
    if quoted:
        return "an include is written from the root of the tree"
    for pattern, allowed in OUTSIDE:
        inside = any(folder == each or folder.startswith(each + "/") for each in allowed)
        if re.fullmatch(pattern, name) and not inside:
            return f"{folder} may not include <{name}>"
    return None


def violations(root):
    """Yields `file:line: what` for each wrong include of the sources under root."""
    doors = {}
    count = 0
    for layer in BELOW:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            count += 1
            for number, quoted, name in includes(path):
                where = f"{path.relative_to(root)}:{number}"
                wrong = complaint(root, str(path.parent.relative_to(root)), quoted, name)
                if wrong:
                    yield f'{where}: "{name}": {wrong}'
                if layer == "lib/api" and layer_of(name) == "jit":
                    doors.setdefault(name, where)
    for name, where in list(doors.items())[1:]:
        yield f'{where}: "{name}": lib/api reaches jit through one header only'
    if count == 0:
        yield f"{root}: no sources found"


def main(root):
    found = list(violations(root))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parents[2]
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here))
