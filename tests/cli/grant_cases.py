"""Cases about what a guest is granted: directories that aren't the host's, streams, policies."""

import io
import json
import re
import tarfile
import zipfile

from runner import Case

FILE = {"file": b"abc\n"}
READ_ONLY = 69
NO_SPACE = 51
TOO_MANY_OPEN = 33
TOO_MUCH_AT_ONCE = 42


def found(pattern):
    return re.compile(pattern, re.MULTILINE | re.DOTALL)


def tar(mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        info = tarfile.TarInfo("./file")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"abc\n"))
    return out.getvalue()


def zipped(kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.writestr("file", "abc\n")
    return out.getvalue()


def policy(value):
    return {"p.json": value if isinstance(value, bytes) else json.dumps(value).encode()}


def wrong(name, value, message):
    """A policy that is refused, with what is said of it."""
    return Case(f"policy: {name}", "run --policy p.json hello.wat", status=2, files=policy(value),
                err=lambda text: text.startswith("wrun: p.json: ") and message in text)


DIRECTORIES = [
    Case("a directory, changed", "run --dir .::/ show.wat", files=FILE, out="abc\nxbc\n"),
    Case("a directory to read", "run --dir .::/:ro show.wat", files=FILE, out="abc\n",
         status=READ_ONLY, err=found("^denied: path_open \"/file\": / isn't granted for writing; "
                                     "add --dir .::/$")),
    Case("a copy in memory", "run --mem-dir .::/ show.wat", files=FILE, out="abc\nxbc\n"),
    Case("an overlay", "run --overlay .::/ show.wat", files=FILE, out="abc\nxbc\n"),
    Case("an overlay over an archive", "run --overlay a.zip::/ show.wat",
         files={"a.zip": zipped(zipfile.ZIP_DEFLATED)}, out="abc\nxbc\n"),
    *[Case(f"an archive, {name}", f"run --archive {name} show.wat", files={name: content},
           out="abc\n", status=READ_ONLY)
      for name, content in (("a.tar", tar("w")), ("a.tar.gz", tar("w:gz")),
                            ("stored.zip", zipped(zipfile.ZIP_STORED)),
                            ("deflated.zip", zipped(zipfile.ZIP_DEFLATED)))],
    Case("a damaged archive", "run --archive a.tgz show.wat", status=126,
         files={"a.tgz": tar("w:gz")[:60]}, err=found("^wrun: archive: damaged")),
    Case("an absent archive", "run --archive a.tgz show.wat", status=126, err=found("a.tgz")),
    Case("denying beats granting", "run --dir .::/ --deny-files show.wat", files=FILE, status=76,
         err=found("--deny-files or the policy says so")),
    Case("a directory without a name", "run --mem-dir .:: show.wat", status=2,
         err=found("names no directory")),
]

DENIED = [
    Case("a clock that wasn't granted", "run chance.wat", out="\0" * 24, err=found("; add --allow-clock$")),
    Case("a clock, denied", "run --allow-clock --deny-clock chance.wat", out="\0" * 24,
         err=found("^denied: clock_[a-z_]*: --deny-clock or the policy says so$")),
]

NATIVE = [
    Case("a native function", "run --native-lib libm.so.6:cbrt=f64(f64) --invoke cbrt native.wat 8",
         out="2\n"),
    Case("usage counts calls of native functions, too",
         "run --usage --native-lib libm.so.6:cbrt=f64(f64) --invoke cbrt native.wat 8", out="2\n",
         err=found(r"^host calls: 1$.*^host calls, files: not measured$")),
    Case("a native function that wasn't granted", "run --invoke cbrt native.wat 8", status=126,
         err=found('^wrun: native.wat: unlinkable: .*env.*cbrt')),
    Case("a native function, denied",
         "run --native-lib libm.so.6:cbrt=f64(f64) --deny-native --invoke cbrt native.wat 8",
         status=126, err=found("unlinkable: .*cbrt.*; --native-lib defines nothing, since --deny-native ")),
    Case("a native function that isn't there",
         "run --native-lib libm.so.6:cubert=f64(f64) --invoke cbrt native.wat 8", status=126,
         err=found("cubert")),
    Case("a native function's wrong signature",
         "run --native-lib libm.so.6:cbrt=f65(f64) --invoke cbrt native.wat 8", status=126,
         err=found("has no result such as 'f65'")),
    Case("a native function without a library", "run --native-lib cbrt=f64(f64) native.wat",
         status=2, err=found("isn't LIBRARY:SYMBOL=SIGNATURE")),
]

AMOUNTS = [
    Case("files open at once", "run --mem-dir / --invoke open_files greedy.wat",
         out=f"1024\n{TOO_MANY_OPEN}\n"),
    Case("bytes in memory", "run --mem-dir / --fs-size 1M --invoke fill_file greedy.wat",
         out=f"255\n{NO_SPACE}\n"),
    Case("files in memory", "run --mem-dir / --fs-files 100 --invoke make_files greedy.wat",
         out=f"99\n{NO_SPACE}\n"),
    Case("bytes in an overlay", "run --overlay .::/ --fs-size 1M --invoke fill_file greedy.wat",
         out=f"255\n{NO_SPACE}\n"),
    Case("random bytes without end", "run --allow-random --invoke random greedy.wat",
         out=f"{TOO_MUCH_AT_ONCE}\n"),
    Case("printing without end", "run --max-output 1K --invoke print greedy.wat",
         out="name" * 256 + f"256\n{NO_SPACE}\n"),
    Case("printing without end into a file",
         "run --max-output 1K --stdout out --invoke print greedy.wat", out=f"256\n{NO_SPACE}\n"),
]

STREAMS = [
    Case("standard input from a file", "run --stdin file cat.wat", files=FILE, out="abc\n"),
    Case("standard output into a file", "run --stdout file hello.wat"),
    Case("standard input from an absent file", "run --stdin none cat.wat", status=126,
         err=found("none: noent")),
    Case("denied standard output", "run --deny-stdout hello.wat",
         err="denied: fd_write: no standard output is granted\n"),
    Case("denied standard input", "run --deny-stdin cat.wat", stdin="secret",
         err="denied: fd_read: no standard input is granted\n"),
    Case("all of the environment", "run --allow-env echo.wat", env={"SHOWN": "yes"},
         out=found("^SHOWN=yes$")),
    Case("a denied environment", "run --deny-env --env A=1 echo.wat"),
    Case("usage by capability", "run --usage hello.wat", out="hello\n",
         err=found(r"^host calls, streams: 1$.*^host calls, files: 0$.*"
                   r"^time in the host, nanoseconds: [1-9]")),
    Case("usage by capability in json", "run --json --usage hello.wat",
         out=found(r'"host_calls_streams":1,.*"host_nanoseconds":[1-9]')),
]

SOCKETS = [
    Case("listening where no rule allows it",
         "run --listen 10.0.0.1:80 --allow-net loopback hello.wat", status=126,
         err="wrun: 10.0.0.1:80: no rule allows it; add --allow-net 'listen 10.0.0.1:80'\n"),
    Case("connecting where a rule denies it",
         ["run", "--connect", "127.0.0.1:80", "--deny-net", "connect loopback", "hello.wat"],
         status=126, err="wrun: 127.0.0.1:80: denied by the rule 'connect loopback'\n"),
    Case("a wrong rule", "run --deny-net 10.0.0.0/33 hello.wat", status=2,
         err=found("10.0.0.0/33")),
    Case("a wrong address", "run --listen 127.0.0.1 hello.wat", status=126,
         err=found("isn't ADDRESS:PORT")),
    Case("no socket", "socket.wat", status=8,
         err="denied: sock_accept: no such socket is granted; add --listen ADDRESS:PORT\n"),
    Case("inspect names the flag for sockets", "inspect socket.wat",
         out=found(r"--listen ADDRESS:PORT.*sock_accept")),
]

POLICIES = [
    Case("policy: the schema's own keys", "run --policy p.json hello.wat", out="hello\n",
         files=policy({"$schema": "policy.schema.json"})),
    Case("policy: a directory", "run --policy p.json show.wat", out="abc\nxbc\n",
         files={**FILE, **policy({"directories": [{"host": ".", "guest": "/"}]})}),
    Case("policy: a directory to read", "run --policy p.json show.wat", out="abc\n",
         status=READ_ONLY, err=found("^denied: path_open"),
         files={**FILE, **policy({"directories": [
             {"host": ".", "guest": "/", "access": "read"}]})}),
    Case("policy: denying beats a flag", "run --dir .::/ --policy p.json show.wat", status=76,
         files={**FILE, **policy({"deny": ["files"]})}, err=found("^denied")),
    Case("policy: a flag beats an amount", "run --fuel 10000 --policy p.json --invoke spin loop.wat",
         status=125, err=found("fuel"), files=policy({"limits": {"timeout": "1h", "fuel": 2}})),
    Case("policy: fuel", "run --policy p.json --invoke spin loop.wat", status=125,
         err=found("fuel"), files=policy({"limits": {"fuel": 1000}})),
    Case("policy: an absent file", "run --policy none.json hello.wat", status=127,
         err="wrun: none.json: no such file\n"),
    wrong("no JSON", b"{", "no JSON: "),
    wrong("a key twice", b'{"deny": [], "deny": ["files"]}', "deny: the key is there twice"),
    wrong("no object", [], "$: not an object"),
    wrong("an unknown key", {"directory": []}, "$.directory: unknown key; there are $schema, allow"),
    wrong("an unknown key inside", {"directories": [{"host": ".", "gast": "/"}]},
          "$.directories[0].gast: unknown key; there are access, archive"),
    wrong("no array", {"directories": {}}, "$.directories: not an array"),
    wrong("no text", {"directories": [{"host": "."}, {"host": 1}]},
          "$.directories[1].host: not a string"),
    wrong("an empty text", {"stdin": ""}, "$.stdin: an empty string"),
    wrong("no directory", {"directories": [{"guest": "/"}]},
          "$.directories[0]: needs one of host, memory"),
    wrong("two directories in one", {"directories": [{"host": ".", "archive": "a"}]},
          "$.directories[0]: needs one of"),
    wrong("an access that isn't there", {"directories": [{"host": ".", "access": "rw"}]},
          '$.directories[0].access: neither "read" nor "write"'),
    wrong("upper without an overlay", {"directories": [{"host": ".", "upper": "."}]},
          "$.directories[0]: only an overlay has upper"),
    wrong("a capability that isn't there", {"allow": ["clock", "files"]},
          "$.allow[1]: none of clock, env, random, threads"),
    wrong("a denial that isn't there", {"deny": ["fire"]}, "$.deny[0]: none of clock, env, files"),
    wrong("no number", {"random_seed": -1}, "$.random_seed: not a whole number"),
    wrong("a fraction", {"fs_files": 1.5}, "$.fs_files: not a whole number"),
    wrong("no size", {"fs_size": "lots"}, "$.fs_size: not a size"),
    wrong("no duration", {"limits": {"timeout": True}}, "$.limits.timeout: not a duration"),
    wrong("no rule", {"deny_net": ["10.0.0.0/33"]}, "$.deny_net[0]: '10.0.0.0/33' isn't"),
    wrong("no variable", {"environment": {"A=B": "1"}}, "$.environment.A=B: no name"),
    wrong("a variable that is no text", {"environment": {"A": 1}}, "$.environment.A: not a string"),
]

CASES = DIRECTORIES + DENIED + NATIVE + AMOUNTS + STREAMS + SOCKETS + POLICIES
