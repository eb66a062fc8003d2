"""Checks that need more than one look at a finished process: signals, FIFOs, closed outputs."""

import os
import signal
import subprocess
import threading
import time

from runner import clean_environment

DEADLINE = 20


def start(wrun, scratch, *args, **options):
    return subprocess.Popen([wrun, *args], cwd=scratch, env=clean_environment(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **options)


def finish(process):
    try:
        return process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def stopped_by(number):
    """A guest that loops is interrupted; what it had printed is there."""

    def check(wrun, scratch):
        process = start(wrun, scratch, "loop.wat")
        said = process.stdout.readline()
        begun = time.monotonic()
        process.send_signal(number)
        _, err = finish(process)
        took = time.monotonic() - begun
        problems = []
        if said != b"running\n":
            problems.append(f"it said {said!r}")
        if process.returncode != 128 + number:
            problems.append(f"exit status {process.returncode}, not {128 + number}")
        # Where it was follows.
        if not err.startswith(f"wrun: {signal.strsignal(number)}: interrupted\n   0: ".encode()):
            problems.append(f"standard error {err!r}")
        if took > 5:
            problems.append(f"took {took:.1f} s")
        return problems

    return check


def stopped_while_reading(wrun, scratch):
    """A guest that waits for input that never comes is interrupted, too."""
    reader, writer = os.pipe()
    process = subprocess.Popen([wrun, "cat.wat"], cwd=scratch, env=clean_environment(),
                               stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(reader)
    os.write(writer, b"a line\n")
    said = process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    try:
        finish(process)
    finally:
        os.close(writer)
    problems = []
    if said != b"a line\n":
        problems.append(f"it said {said!r}")
    if process.returncode != 128 + signal.SIGINT:
        problems.append(f"exit status {process.returncode}")
    return problems


def ignored_signal(wrun, scratch):
    """A SIGINT that the parent ignores stays ignored; SIGTERM ends the guest."""
    process = start(wrun, scratch, "loop.wat",
                    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    problems = [] if process.poll() is None else ["SIGINT ended it"]
    process.send_signal(signal.SIGTERM)
    finish(process)
    if process.returncode != 128 + signal.SIGTERM:
        problems.append(f"exit status {process.returncode}")
    return problems


def fifo(wrun, scratch):
    """A module comes through a FIFO, in pieces."""
    path = scratch / "fifo"
    os.mkfifo(path)
    content = (scratch / "add.wat").read_bytes() + b" " * 50_000

    def feed():
        with open(path, "wb", buffering=0) as out:
            for begin, end in ((0, 100), (100, 4096), (4096, 30_000), (30_000, None)):
                out.write(content[begin:end])
                time.sleep(0.05)

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    process = start(wrun, scratch, "run", "--invoke", "add", "fifo", "2", "3")
    out, err = finish(process)
    feeder.join(DEADLINE)
    if (process.returncode, out, err) != (0, b"5\n", b""):
        return [f"{process.returncode} {out!r} {err!r}"]
    return []


def empty_fifo(wrun, scratch):
    """A FIFO that nothing is written to is an empty file."""
    path = scratch / "fifo"
    os.mkfifo(path)
    feeder = threading.Thread(target=lambda: open(path, "wb").close(), daemon=True)
    feeder.start()
    process = start(wrun, scratch, "fifo")
    _, err = finish(process)
    return [] if process.returncode == 126 and err.count(b"\n") == 1 else [
        f"{process.returncode} {err!r}"]


def full_disk(wrun, scratch):
    """Output that can't be written is a failure, not silence."""
    problems = []
    for args in (["print", "add.wat"], ["inspect", "add.wat"],
                 ["run", "--invoke", "add", "add.wat", "1", "2"], ["--help"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([wrun, *args], stdout=full, stderr=subprocess.PIPE, cwd=scratch,
                                  env=clean_environment(), timeout=DEADLINE, check=False)
        if done.returncode != 1 or b"standard output" not in done.stderr:
            problems.append(f"{args}: {done.returncode} {done.stderr!r}")
    return problems


def unreadable(wrun, scratch):
    """A file without read permission is refused, but it is not absent. (Root reads it anyway.)"""
    path = scratch / "secret.wat"
    path.write_bytes(b"(module)")
    path.chmod(0)
    done = subprocess.run([wrun, "validate", "secret.wat"], capture_output=True, cwd=scratch,
                          env=clean_environment(), timeout=DEADLINE, check=False)
    expected = 0 if os.geteuid() == 0 else 1
    return [] if done.returncode == expected else [f"{done.returncode} {done.stderr!r}"]


CHECKS = [
    ("SIGINT interrupts the guest", stopped_by(signal.SIGINT)),
    ("SIGTERM interrupts the guest", stopped_by(signal.SIGTERM)),
    ("SIGINT interrupts a guest that reads", stopped_while_reading),
    ("an ignored SIGINT stays ignored", ignored_signal),
    ("a module from a FIFO", fifo),
    ("an empty FIFO", empty_fifo),
    ("a full disk", full_disk),
    ("no permission", unreadable),
]
