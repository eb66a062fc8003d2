"""Runs the command and compares what it does with what a case expects."""

import os
import re
import shutil
import subprocess
import tempfile
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60


class Case:
    """One run of the command in a scratch directory that holds a copy of guests/.

    args      a list, or one string that is split at spaces
    status    the exit code
    out, err  None: must be empty; a string: exactly this; a compiled pattern: found somewhere;
              a function: must return true
    files     {name: bytes} made beforehand
    """

    def __init__(self, name, args, status=0, out=None, err=None, stdin=b"", files=None, env=None):
        self.name = name
        self.args = args.split() if isinstance(args, str) else args
        self.status = status
        self.out = out
        self.err = err
        self.stdin = stdin if isinstance(stdin, bytes) else stdin.encode()
        self.files = files or {}
        self.env = env or {}

    def run(self, wrun, scratch):
        for name, content in self.files.items():
            (scratch / name).write_bytes(content)
        done = subprocess.run(
            [wrun, *self.args], input=self.stdin, capture_output=True, cwd=scratch,
            timeout=TIMEOUT, env={**clean_environment(), **self.env}, check=False)
        problems = []
        if done.returncode != self.status:
            problems.append(f"exit status {done.returncode}, not {self.status}")
        problems += compare("standard output", done.stdout, self.out)
        problems += compare("standard error", done.stderr, self.err)
        if problems and done.stderr:
            problems.append("standard error was: " + done.stderr[:2000].decode(errors="replace"))
        return problems


def clean_environment():
    kept = ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
    return {name: os.environ[name] for name in kept if name in os.environ}


def compare(what, got, expected):
    text = got.decode(errors="replace")
    if expected is None:
        expected = ""
    if isinstance(expected, str):
        return [] if text == expected else [f"{what}: {text!r}, not {expected!r}"]
    if isinstance(expected, re.Pattern):
        return [] if expected.search(text) else [f"{what}: {text!r} has no {expected.pattern!r}"]
    return [] if expected(text) else [f"{what}: not {text!r}"]


def one_line(text):
    """For err=: one line, no more and no less."""
    return text.endswith("\n") and text.count("\n") == 1 and len(text) > 1


class Scratch:
    """A directory with a copy of the guests, gone afterwards."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="wrun-cli-"))
        for guest in (HERE / "guests").iterdir():
            shutil.copy(guest, self.path)
        return self.path

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)
