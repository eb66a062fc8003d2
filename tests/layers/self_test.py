#!/usr/bin/env python3
"""Plants includes in a scratch tree: check.py has to find the wrong ones and leave the right ones."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check  # noqa: E402

WRONG = [
    ("lib/wasm/a.hpp", '#include "lib/runtime/store.hpp"', "lib/wasm may not include lib/runtime"),
    ("lib/text/a.cpp", '#include "lib/os/map.hpp"', "lib/text may not include lib/os"),
    ("lib/interp/a.cpp", '#include "jit/compiler.hpp"', "lib/interp may not include jit"),
    ("jit/a.cpp", '#include "lib/interp/slots.hpp"', "jit may not include lib/interp"),
    ("lib/api/a.cpp", '#include "wasi/preview1.hpp"', "lib/api may not include wasi"),
    ("include/wrun/a.hpp", '#include "lib/wasm/types.hpp"', "include may not include lib/wasm"),
    ("include/wrun/a.hpp", "#include <zlib.h>", "include/wrun may not include <zlib.h>"),
    ("lib/wasm/a.hpp", "#include <fmt/format.h>", "lib/wasm may not include <fmt/format.h>"),
    ("include/wrun/a.hpp", "  #  include <ffi.h>", "include/wrun may not include <ffi.h>"),
    ("lib/runtime/a.cpp", "#include <sys/mman.h>", "lib/runtime may not include <sys/mman.h>"),
    ("lib/interp/a.cpp", "#include <immintrin.h>", "lib/interp may not include <immintrin.h>"),
    ("wasi/a.cpp", "#include <signal.h>", "wasi may not include <signal.h>"),
    ("lib/api/a.cpp", "#include <xbyak/xbyak.h>", "lib/api may not include <xbyak/xbyak.h>"),
    ("lib/wasm/a.cpp", '#include "types.hpp"', "written from the root"),
    ("lib/api/a.cpp", '#include "jit/a.hpp"\n#include "jit/b.hpp"', "one header only"),
]

RIGHT = [
    ("lib/interp/a.cpp", '#include "lib/wasm/types.hpp"'),
    ("lib/wasm/a.cpp", "#include <wrun/error.hpp>\n#include <vector>\n#include <zlib.h>"),
    ("lib/os/a.cpp", "#include <sys/mman.h>\n#include <signal.h>"),
    ("wasi/a.cpp", '#include <sys/stat.h>\n#include "lib/api/call.hpp"'),
    ("wasi/posix/a.cpp", "#include <signal.h>"),
    ("lib/api/a.cpp", '#include "jit/compiler.hpp"'),
    ("tools/wrun/a.cpp", '#include <CLI/CLI.hpp>\n#include "lib/text/printer.hpp"'),
]


def found(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in [("include/wrun/error.hpp", ""), *files]:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return list(check.violations(root))


class Layers(unittest.TestCase):
    def test_wrong_includes_are_found(self):
        for path, text, message in WRONG:
            with self.subTest(path=path, text=text):
                lines = found([(path, text)])
                self.assertEqual(len(lines), 1, lines)
                self.assertIn(message, lines[0])
                self.assertTrue(lines[0].startswith(path + ":"), lines[0])

    def test_right_includes_are_left_alone(self):
        self.assertEqual(found(RIGHT), [])

    def test_a_tree_without_sources_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = list(check.violations(pathlib.Path(folder)))
        self.assertEqual(len(lines), 1)
        self.assertIn("no sources", lines[0])


if __name__ == "__main__":
    unittest.main()
