"""Checks that compare runs: policies with flags, the schema with what is read, runs with each other."""

import json
import pathlib
import re
import socket
import subprocess

from runner import clean_environment
from processes import finish, start

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs" / "policy.schema.json"

# The same grants as a policy and as flags, and a guest that shows the difference they make.
EQUAL = [
    ({"directories": [{"host": ".", "guest": "/"}]}, "--dir .::/", "show.wat"),
    ({"directories": [{"host": ".", "guest": "/", "access": "read"}]}, "--dir .::/:ro", "show.wat"),
    ({"directories": [{"copy": ".", "guest": "/"}]}, "--mem-dir .::/", "show.wat"),
    ({"directories": [{"memory": True, "guest": "/"}]}, "--mem-dir /", "show.wat"),
    ({"directories": [{"overlay": ".", "guest": "/"}]}, "--overlay .::/", "show.wat"),
    ({"directories": [{"overlay": ".", "guest": "/", "upper": "upper"}]},
     "--overlay .::/::upper", "show.wat"),
    ({"directories": [{"archive": "none.tar", "guest": "/"}]}, "--archive none.tar::/",
     "show.wat"),
    ({"environment": {"A": "1", "HOME": None}}, "--env A=1 --env HOME", "echo.wat"),
    ({"allow": ["env"]}, "--allow-env", "echo.wat"),
    ({"allow": ["env"], "deny": ["env"]}, "--allow-env --deny-env", "echo.wat"),
    ({"allow": ["random"]}, "--allow-random", "--invoke random greedy.wat"),
    ({"allow": ["threads"]}, "--allow-threads", "--invoke go threads.wat 2"),
    ({"allow": ["threads"], "limits": {"threads": 0}}, "--allow-threads --max-threads 0",
     "--invoke go threads.wat 2"),
    ({"deny": ["stdout"]}, "--deny-stdout", "hello.wat"),
    ({"stdin": "file"}, "--stdin file", "cat.wat"),
    ({"max_output": "1K"}, "--max-output 1K", "--invoke print greedy.wat"),
    ({"directories": [{"memory": True, "guest": "/"}], "fs_size": 65536},
     "--mem-dir / --fs-size 64K", "--invoke fill_file greedy.wat"),
    ({"directories": [{"memory": True, "guest": "/"}], "fs_files": 7}, "--mem-dir / --fs-files 7",
     "--invoke make_files greedy.wat"),
    ({"listen": ["10.0.0.1:80"], "deny_net": ["listen *"]},
     ["--listen", "10.0.0.1:80", "--deny-net", "listen *"], "hello.wat"),
    ({"connect": ["10.0.0.1:80"], "allow_net": ["loopback"]},
     "--connect 10.0.0.1:80 --allow-net loopback", "hello.wat"),
    ({"fixed_clock": 1000, "random_seed": 7}, "--fixed-clock 1000 --random-seed 7",
     "chance.wat"),
    ({"native_libs": ["libm.so.6:cbrt=f64(f64)"]}, "--native-lib libm.so.6:cbrt=f64(f64)",
     "--invoke cbrt native.wat 27"),
    ({"limits": {"fuel": 1000}}, "--fuel 1000", "--invoke spin loop.wat"),
    ({"limits": {"memory": "1M"}}, "--max-memory 1M", "--invoke grow trap.wat 16"),
    ({"limits": {"heap": "64K"}}, "--max-heap 64K", "--invoke hoard gc.wat"),
    ({"limits": {"stack": "64K"}}, "--stack-size 64K", "--invoke deep trap.wat"),
    ({"limits": {"timeout": "100ms"}}, "--timeout 100ms", "--invoke spin loop.wat"),
]
# What is tried in turn instead of the first: under load a run may not have begun by then.
TIMEOUTS = ("100ms", "1s", "10s")


def outcome(wrun, scratch, words):
    (scratch / "file").write_bytes(b"abc\n")
    (scratch / "upper").mkdir(exist_ok=True)
    for left_over in (scratch / "upper").iterdir():
        left_over.unlink()
    done = subprocess.run([wrun, "run", *words], cwd=scratch, env=clean_environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def outcomes(wrun, scratch, policy, flags, guest):
    """By the policy and by the flags; with a timeout, such that it strikes in the guest."""
    for timeout in TIMEOUTS if TIMEOUTS[0] in flags else TIMEOUTS[:1]:
        (scratch / "p.json").write_text(json.dumps(policy).replace(TIMEOUTS[0], timeout))
        given = [flag.replace(TIMEOUTS[0], timeout) for flag in flags]
        both = (outcome(wrun, scratch, ["--policy", "p.json", *guest.split()]),
                outcome(wrun, scratch, [*given, *guest.split()]))
        if all(b"0: spin" in error for _, _, error in both):
            break
    return both


def policies_equal_flags(wrun, scratch):
    problems = []
    for policy, flags, guest in EQUAL:
        flags = flags if isinstance(flags, list) else flags.split()
        by_policy, by_flags = outcomes(wrun, scratch, policy, flags, guest)
        if TIMEOUTS[0] in flags and b"0: spin" not in by_flags[2]:
            problems.append(f"{flags}: it never began: {by_flags}")
        if by_policy != by_flags:
            problems.append(f"{policy}: {by_policy}, but {flags}: {by_flags}")
        # Without the flags these would never end, or not be seen to end otherwise.
        if any(word in guest for word in ("spin", "print", "deep", "hoard")):
            continue
        if by_flags == outcome(wrun, scratch, guest.split()) and "--deny-env" not in flags:
            problems.append(f"{flags} make no difference: {by_flags}")
    return problems


def schema_equals_reader(wrun, scratch):
    """The keys of the schema are those that the command says that there are."""
    schema = json.loads(SCHEMA.read_text())
    places = {"$": (schema, {"no such key": 1}),
              "$.directories[0]": (schema["properties"]["directories"]["items"],
                                   {"directories": [{"no such key": 1}]}),
              "$.limits": (schema["properties"]["limits"], {"limits": {"no such key": 1}})}
    problems = []
    for place, (part, policy) in places.items():
        (scratch / "p.json").write_text(json.dumps(policy))
        said = outcome(wrun, scratch, ["--policy", "p.json", "hello.wat"])[2].decode()
        known = re.search(r"there are (.*)$", said.strip())
        if not known or sorted(known[1].split(", ")) != sorted(part["properties"]):
            problems.append(f"{place}: the schema has {sorted(part['properties'])}, but: {said}")
        if part.get("additionalProperties") is not False:
            problems.append(f"{place}: the schema allows any key")
    for policy, _, _ in EQUAL:
        unused = set(policy) - set(schema["properties"])
        if unused:
            problems.append(f"not in the schema: {unused}")
    for name in set(schema["properties"]) - {"$schema", "stdout", "stderr"}:
        if not any(name in policy for policy, _, _ in EQUAL):
            problems.append(f"{name} is compared with no flag")
    return problems


def twice_the_same(wrun, scratch):
    """With a clock that stands still and a seed, runs are equal."""
    flags = ["--fixed-clock", "1000", "--random-seed", "7", "chance.wat"]
    first = outcome(wrun, scratch, flags)
    if first != outcome(wrun, scratch, flags) or first[0] != 0 or len(first[1]) != 24:
        return [f"{first}"]
    other = outcome(wrun, scratch, ["--fixed-clock", "1000", "--random-seed", "8", "chance.wat"])
    return [] if other[1] != first[1] else ["another seed makes no difference"]


def accepts_a_connection(wrun, scratch):
    process = start(wrun, scratch, "run", "--listen", "127.0.0.1:0", "socket.wat")
    said = process.stderr.readline().decode()
    port = int(said.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"hello")
        answer = connection.recv(100)
    finish(process)
    if answer != b"HELLO" or process.returncode != 0:
        return [f"answer {answer!r}, exit status {process.returncode}"]
    return []


def overlay_leaves_its_base_alone(wrun, scratch):
    def tree():
        return {path.name: path.stat().st_mtime_ns for path in scratch.iterdir()
                if path.name != "upper"}

    flags = ["--overlay", ".::/::upper", "show.wat"]
    outcome(wrun, scratch, ["hello.wat"])
    before = tree()
    subprocess.run([wrun, "run", *flags], cwd=scratch, capture_output=True, check=False)
    problems = [] if tree() == before else ["the base has changed"]
    if (scratch / "upper" / "file").read_bytes() != b"xbc\n":
        problems.append("the change isn't in the upper directory")
    again = subprocess.run([wrun, "run", *flags], cwd=scratch, capture_output=True, check=False)
    if again.stdout != b"xbc\nxbc\n":
        problems.append(f"a second run sees {again.stdout!r}")
    return problems


CHECKS = [
    ("policies equal flags", policies_equal_flags),
    ("the policy's schema equals what is read", schema_equals_reader),
    ("a fixed clock and a seed", twice_the_same),
    ("a connection to a guest", accepts_a_connection),
    ("an overlay leaves its base alone", overlay_leaves_its_base_alone),
]
