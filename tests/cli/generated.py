#!/usr/bin/env python3
"""Compares the man page and the completions with what the command says of itself, and tries them.

    generated.py WRUN BUILD

Each option that some `--help` has must be in all of them, and the files that were built must be what
the command writes now. Where a shell or man is installed, it has to make sense of its file.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FILES = {"man": "wrun.1", "bash": "wrun.bash", "zsh": "_wrun", "fish": "wrun.fish"}
# A command line, its last word to be completed, and what must be among the completions.
TYPED = [
    (["wrun", "va"], ["validate"]),
    (["wrun", "run", "--tier", ""], ["auto", "interp", "jit"]),
    (["wrun", "run", "--fu"], ["--fuel"]),
    (["wrun", "wast", "--req"], ["--require-all"]),
    (["wrun", "generate", "--he"], ["--help"]),
]


def run(*command, stdin=""):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          input=stdin)
    return done.returncode, done.stdout, done.stderr


def options_of(wrun):
    """{command: options}, as --help has them."""
    text = run(wrun, "--help")[1]
    commands = re.findall(r"^  (\w+) ", text.split("Subcommands:")[1], re.MULTILINE)
    found = {}
    for command in commands:
        lines = run(wrun, command, "--help")[1].splitlines()
        found[command] = {word.split("{")[0] for line in lines if line.startswith("  -")
                          for word in re.findall(r"(?:^  |,)(--?[a-z][a-z-]*)", line)}
    return found


def missing(what, text, options):
    # Options of a command are in its part; the order of the parts is that of the commands.
    plain = text.replace("\\-", "-")
    for command, names in options.items():
        for name in names:
            pattern = {"fish": rf"from {command}'.* -{'l' if name[1] == '-' else 's'} "
                               rf"{name.lstrip('-')}( |$)",
                       "bash": rf"^    {command}\) options='[^']*{name}[ ']",
                       "zsh": rf"^    {command}\)\n(?:(?!      ;;)[^\n]*\n)*?[^\n]*'\*?{name}=?\[",
                       "man": rf"^\.SS wrun {command}\n(?:(?!\.S)[^\n]*\n)*?[^\n]*\\fB{name}\\fR"}
            if not re.search(pattern[what], plain, re.MULTILINE):
                yield f"{what}: `{command}` has no {name}"


def bash_completes(file, words):
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wrun; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(["bash", "-c", script, "bash", file, *words], capture_output=True,
                              text=True, cwd=empty)
    return done.stderr, done.stdout.split()


def fish_completes(file, words):
    script = f"source {file}; complete -C '{' '.join(words)}'"
    _, out, err = run("fish", "--no-config", "-c", script)
    return err, [line.split("\t")[0] for line in out.splitlines()]


def completions(what, file):
    completes = {"bash": bash_completes, "fish": fish_completes}[what]
    for words, expected in TYPED:
        err, found = completes(file, words)
        if err or not set(expected) <= set(found):
            yield f"{what}: {words} gives {found[:20]} {err}"


def trials(what, file):
    program = {"man": "groff", "bash": "bash", "zsh": "zsh", "fish": "fish"}[what]
    if not shutil.which(program):
        print(f"{what}: there is no {program} to try it with")
    elif what == "man":
        _, out, err = run("groff", "-man", "-Tutf8", "-ww", file)
        if err or "--fuel" not in out:
            yield f"man: {err or 'no --fuel in it'}"
    else:
        code, _, err = run(program, "-n", file)
        if code or err:
            yield f"{what}: {err}"
        if what != "zsh":
            yield from completions(what, file)


def problems(wrun, build):
    options = options_of(wrun)
    if len(options) < 6 or len(options["run"]) < 30:
        yield f"--help has only {options}"
    for what, name in FILES.items():
        _, text, _ = run(wrun, "generate", what)
        file = build / "generated" / name
        if not file.is_file() or file.read_text() != text:
            yield f"{file} isn't what `wrun generate {what}` writes"
            continue
        yield from missing(what, text, options)
        yield from trials(what, file)


if __name__ == "__main__":
    all_problems = list(problems(sys.argv[1], pathlib.Path(sys.argv[2])))
    print("\n".join(all_problems))
    sys.exit(1 if all_problems else 0)
