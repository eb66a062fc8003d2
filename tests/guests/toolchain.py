"""Compiles one program twice with Debian's clang: to WebAssembly with WASI, and natively.

Built objects are kept under build/guests (or $WRUN_GUESTS) beside a stamp of the command and the
contents that they came from, so that only what changed is compiled again. Programs share the objects
that they compile alike.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = pathlib.Path(os.environ.get("WRUN_GUESTS", ROOT / "build" / "guests"))
SYSROOT_HEADER = pathlib.Path("/usr/include/wasm32-wasi/stdio.h")
JOBS = int(os.environ.get("WRUN_JOBS", os.cpu_count() or 1))

# WebAssembly rounds after each operation, and so do native builds that are compared with it.
COMMON_FLAGS = ["-DNDEBUG", "-ffp-contract=off", "-fno-math-errno"]
# wasi-libc's errno is thread-local; a module without threads has it at a fixed address.
WASI_FLAGS = ["--target=wasm32-wasi", "-O2", "-ftls-model=local-exec", *COMMON_FLAGS]
NATIVE_FLAGS = ["-O3", *COMMON_FLAGS]
TARGETS = ("wasi", "native")


class Missing(Exception):
    """The toolchain, or a source package, isn't there."""


def native_flags():
    """What the native side of a comparison is compiled for: AVX2 where this machine has it."""
    try:
        has_v3 = re.search(r"^flags\s.*\bavx2\b", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        has_v3 = False
    return NATIVE_FLAGS + (["-march=x86-64-v3"] if has_v3 else [])


def require():
    for tool in ("clang", "clang++", "wasm-ld"):
        if not shutil.which(tool):
            raise Missing(f"no {tool}")
    if not SYSROOT_HEADER.exists():
        raise Missing("no wasi-libc")


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode:
        shown = " ".join(map(str, command))
        raise SystemExit(f"failed: {shown}\n{result.stdout}{result.stderr}")
    return result.stdout


def up_to_date(output, command, inputs):
    """Compares the stamp beside `output` with what it would be now; returns (fresh, stamp)."""
    digest = hashlib.sha256("\0".join(map(str, command)).encode())
    for path in inputs:
        digest.update(pathlib.Path(path).read_bytes())
    stamp = digest.hexdigest()
    note = output.with_name(output.name + ".stamp")
    return output.exists() and note.exists() and note.read_text() == stamp, stamp


def make(output, command, inputs):
    """Runs `command`, which writes `output`, unless that is up to date."""
    fresh, stamp = up_to_date(output, command, inputs)
    if fresh:
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    run(command)
    output.with_name(output.name + ".stamp").write_text(stamp)


def compile_command(source, flags):
    compiler = "clang++" if source.suffix in (".cpp", ".cc") else "clang"
    standard = ["-std=gnu11"]
    if compiler == "clang++":
        standard = ["-std=c++20"]
        if not any("exceptions" in flag for flag in flags):
            standard.append("-fno-exceptions")
    return [compiler, *standard, *flags, "-w", "-c", str(source)]


class Program:
    """One program for one target: the objects it needs, and how to link them."""

    def __init__(self, name, sources, target, flags=(), libraries=(), headers=()):
        self.sources = [pathlib.Path(source) for source in sources]
        self.base = WASI_FLAGS if target == "wasi" else native_flags()
        self.libraries = libraries
        self.headers = headers
        self.path = OUT / "bin" / (name + (".wasm" if target == "wasi" else ""))
        self.compiled = {}
        for source in self.sources:
            command = compile_command(source, [*self.base, *flags])
            digest = hashlib.sha256("\0".join(command).encode()).hexdigest()[:12]
            output = OUT / "objects" / target / digest / (source.name + ".o")
            self.compiled[output] = (source, command)

    def link(self):
        linker = "clang++" if any(source.suffix == ".cpp" for source in self.sources) else "clang"
        system = [] if "-nostdlib" in self.libraries else ["-lm"]
        make(self.path, [linker, *self.base, *map(str, self.compiled), "-o", str(self.path),
                         *self.libraries, *system], self.compiled)


def build(programs):
    """Compiles what the programs consist of, the largest sources first, and links them."""
    jobs = {}
    for program in programs:
        for output, (source, command) in program.compiled.items():
            jobs[output] = (source, command, program.headers)
    largest_first = sorted(jobs.items(), key=lambda job: -job[1][0].stat().st_size)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        waiting = [pool.submit(make, output, [*command, "-o", str(output)], [source, *headers])
                   for output, (source, command, headers) in largest_first]
        for each in waiting:
            each.result()
        for each in [pool.submit(program.link) for program in programs]:
            each.result()


KERNELS = ROOT / "bench" / "kernels"


def uses_simd(kernel):
    """Kernels written with vectors say so in their names."""
    return kernel.endswith("_simd")


def kernel_names():
    return sorted(path.stem for path in KERNELS.glob("*.c"))


# What compilers make of loops by themselves, where both sides have vectors of 16 bytes.
VECTOR_FLAGS = {"wasi": ["-O3", "-msimd128"], "native": ["-march=x86-64-v2"]}


def kernel_program(name, vectors=False):
    """What kernel() calls its program."""
    return f"{'vectors' if vectors else 'kernel'}_{name}"


def kernel(name, target, vectors=False):
    """A kernel as it comes, or compiled with `vectors` of 16 bytes for both targets."""
    flags = ["-msimd128"] if target == "wasi" and uses_simd(name) else []
    return Program(kernel_program(name, vectors), [KERNELS / f"{name}.c"], target,
                   VECTOR_FLAGS[target] if vectors else flags, headers=[KERNELS / "kernel.h"])
