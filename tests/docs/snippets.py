#!/usr/bin/env python3
"""Compiles the C++ that the pages on embedding show: snippets.py C++-COMPILER INCLUDE-DIR

Each block stands in a function of its own, after declarations of what its page doesn't show. What
README.md and docs/embedding-c.md have, tests/packaging builds and runs.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = "wrun::Engine engine; wrun::Linker linker(engine);"
MODULE = ENGINE + 'const auto module = wrun::Module::from_text(engine, "").value();'
STORE = "wrun::Store store{wrun::Engine()};"
# What stands before each block of a page.
PAGES = {
    "embedding.md": [
        STORE + ENGINE,
        STORE + ENGINE,
        ENGINE + """
        const wrun::Tag tag; auto report = [](const std::vector<wrun::Val>&) {};
        wrun::TypedFunc<int32_t(int32_t)> run = wrun::Instance().typed<int32_t(int32_t)>("").value();""",
        MODULE + STORE,
        ENGINE + """
        auto has_data = [](int32_t) { return true; };
        auto take = [](int32_t id) { return id; };
        auto wait_for_data = [] { return int32_t{1}; };
        wrun::TypedFunc<int32_t(int32_t)> run = wrun::Instance().typed<int32_t(int32_t)>("").value();"""],
    "threads.md": [
        'static std::atomic<int> counters[9];'
        'const auto module = wrun::Module::from_text(wrun::Engine(), "").value();',
        STORE + """wrun::Instance instance; struct Job { wrun::Store store; wrun::Instance instance; };
        struct { void push(Job) {} Job pop() { return {wrun::Store(wrun::Engine()), {}}; } } queue;""",
        STORE + "struct { bool wait_for(std::chrono::nanoseconds) { return true; } } finished;",
        MODULE,
    ],
    "wasi.md": [MODULE + STORE, "wasi::Config config; static auto log = [](const wasi::Denial&) {};"],
}
START = """
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <wrun/wasi/threads.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>
using namespace std::chrono_literals;
namespace wasi = wrun::wasi;
struct Texture {
  int references = 0;
};
inline void intrusive_add_ref(Texture*) noexcept {}
inline void intrusive_release(Texture*) noexcept {}
"""


def functions():
    """A function for each block."""
    for page, before in PAGES.items():
        text = (ROOT / "docs" / page).read_text()
        blocks = list(re.finditer(r"^```cpp\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
        if len(blocks) != len(before):
            sys.exit(f"docs/{page} has {len(blocks)} blocks, and {len(before)} are known here")
        for number, (block, declared) in enumerate(zip(blocks, before)):
            line = text.count("\n", 0, block.start()) + 2
            shown = re.sub(r"^(#include|namespace wasi).*", "", block[1], flags=re.MULTILINE)
            name = f"{page.split('.')[0]}_{number}"
            yield f'void {name}() {{ {declared}\n#line {line} "docs/{page}"\n{shown}}}\n'


def main(compiler, include):
    source = START + "\n".join(functions())
    done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-I", include, "-x", "c++", "-"],
                          input=source, text=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
