#!/usr/bin/env python3
"""The functions of the C++ API: each has a comment that documents it, and a test that calls it.

    public.py documented HEADERS-DIR
    public.py called HEADERS-DIR NM TESTS-DIR OBJECT...

The objects are those of tests, compiled without optimization: what isn't always inlined has a symbol.

A comment documents what follows it up to the next empty line, or what it stands behind. Functions are told apart by their
class and name. Prints those without, and exits 1 if there are any.
"""

import pathlib
import re
import subprocess
import sys

HIDDEN = {"detail", "api", "runtime", "native", "interp", "ValAccess"}
SCOPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:inline\s+)?(namespace|class|struct|union|enum)\b")
NAME = re.compile(r"(operator\s*(?:\(\)|\[\]|[^\s\w(]+|\w+)|~?\w+)\s*$")


class Lines:
    """A header without comments, and which of its lines are comments or empty."""

    def __init__(self, text):
        self.code, self.is_comment, self.has_comment, self.is_empty = [], [], [], []
        in_macro = False
        for line in text.splitlines():
            stripped = line.strip()
            # A comment behind a declaration is for that one.
            self.is_comment.append(stripped.startswith("//"))
            self.has_comment.append("///" in line)
            self.is_empty.append(not stripped)
            code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
            is_macro = in_macro or stripped.startswith("#")
            in_macro = is_macro and stripped.endswith("\\")
            self.code.append("" if is_macro else code.split("//")[0])

    def is_documented(self, line):
        if self.has_comment[line]:
            return True
        while line > 0:
            line -= 1
            if self.is_comment[line]:
                return True
            if self.is_empty[line]:
                return False
        return False


class Scope:
    def __init__(self, kind, name, is_open):
        self.kind, self.name, self.is_public = kind, name, is_open


def without_templates(text):
    """Text with what is between angle brackets taken out."""
    depth, kept = 0, []
    for at, char in enumerate(text):
        if char == "<" and not text[:at].rstrip().endswith("operator"):
            depth += 1
        elif char == ">" and depth > 0 and text[at - 1] != "-":
            depth -= 1
        elif depth == 0:
            kept.append(char)
    return "".join(kept)


def function_name(statement):
    """The name of the function that a statement declares; None if it is something else."""
    text = re.sub(r"\s+", " ", statement).strip()
    text = re.sub(r"^template\s*<", "template <", text)
    if re.match(r"(friend|using|typedef|static_assert|enum|extern)\b", text):
        return None
    if re.search(r"=\s*(default|delete|0)\s*$|\boverride\b", text):
        return None
    text = without_templates(text).replace("operator()(", "operator() (")
    text = re.sub(r"\brequires ?\([^()]*\)", "", text)
    match = re.search(r"operator\(\) \(", text)
    if match:
        return "operator()"
    if "(" not in text:
        return None
    head = text[:text.index("(")]
    if "=" in head and "operator" not in head:
        return None
    found = NAME.search(head)
    if found and head[:found.start()].endswith("::"):
        return None  # a definition of what was declared before
    return found[1] if found and not re.match(r"(WRUN_\w+|alignas|decltype)$", found[1]) else None


def scope_of(statement):
    """The scope that a statement opens, or None."""
    text = re.sub(r"\[\[\w+\]\]", "", re.sub(r"\s+", " ", statement)).strip()
    found = SCOPE.match(text)
    if not found:
        return None
    kind = found[1]
    rest = without_templates(text[found.end():])
    rest = re.sub(r"\b(WRUN_\w+|final)\b|\[\[\w+\]\]", "", rest).split(":")[0] if kind != "namespace" else rest
    words = rest.split()
    return Scope(kind, words[0] if words else "", kind != "class")


def functions(path):
    """(line, class::name, is documented) of each public function in a header."""
    lines = Lines(path.read_text())
    scopes, found = [], []
    statement, begin, parens, skipped = "", 0, 0, 0

    def declare():
        scope = scopes[-1] if scopes else Scope("file", "", True)
        if not all(each.is_public and each.name not in HIDDEN for each in scopes):
            return
        if scope.kind == "enum":
            return
        name = function_name(statement)
        if name is None or name.startswith("~") or "State> state)" in statement:
            return  # what isn't called by name, or by the library only
        classes = [each.name for each in scopes if each.kind in ("class", "struct", "union")]
        full = "::".join([*classes, name])
        found.append((begin + 1, full, lines.is_documented(begin)))

    for number, code in enumerate(lines.code):
        for char in code + "\n":
            if skipped:
                skipped += (char == "{") - (char == "}")
                if skipped == 0:
                    statement = ""
                continue
            if not statement.strip():
                statement, begin = "", number
            parens += (char == "(") - (char == ")")
            if parens > 0:
                statement += char
            elif char == "{":
                scope = scope_of(statement)
                if scope:
                    scopes.append(scope)
                    statement = ""
                elif re.search(r"=\s*$", statement) and "operator" not in statement:
                    skipped = 1  # an initializer, up to its end
                else:
                    declare()
                    skipped = 1
            elif char == "}":
                if scopes:
                    scopes.pop()
                statement = ""
            elif char == ";":
                declare()
                statement = ""
            elif char == ":" and statement.strip() in ("public", "private", "protected"):
                scopes[-1].is_public = statement.strip() == "public"
                statement = ""
            else:
                statement += char
    return found


def headers(include):
    """The headers of a directory, and WASI's if it has them."""
    root = pathlib.Path(include)
    return sorted([*root.glob("*.hpp"), *(root / "wasi").glob("*.hpp")])


def documented(include):
    wrong = count = 0
    for path in headers(include):
        for line, name, has_comment in functions(path):
            count += 1
            if not has_comment:
                print(f"{path.name}:{line}: no comment before: {name}")
                wrong += 1
    print(f"{count - wrong} of {count} functions are documented")
    return wrong


def called_names(nm, objects):
    """class::name of all functions that object files call or hold, without template arguments."""
    names = set()
    # With precompiled headers, CMake counts those among a target's objects.
    objects = [name for name in objects if name.endswith(".o")]
    ran = subprocess.run([nm, "-C", *objects], check=True, capture_output=True, text=True)
    for line in ran.stdout.splitlines():
        if "wrun::" not in line:
            continue
        text = re.sub(r"\[abi:\w+\]", "", line).replace("operator()(", "operator_call(")
        head = without_templates(text).split("(")[0]
        found = re.search(r"(wrun::[\w:~]*(?:operator [\w:&*]+|operator\S*|operator_call)?)$", head)
        if not found:
            continue
        parts = found[1].replace("operator_call", "operator()").split("::")
        parts = [part for part in parts if part not in ("v0", "wrun", "")]
        names.add("::".join(parts))
        names.add("::".join(parts[-2:]))
    return names


def test_sources(directory):
    paths = [*pathlib.Path(directory).rglob("*.cpp"), *pathlib.Path(directory).rglob("*.hpp")]
    return "\n".join(path.read_text(errors="replace") for path in paths)


def called(include, nm, tests, *objects):
    names, sources = called_names(nm, objects), test_sources(tests)
    wrong = count = 0
    for path in headers(include):
        prefix = "wasi::" if path.parent.name == "wasi" else ""
        for line, name, _ in functions(path):
            count += 1
            if prefix + name in names:
                continue
            # What is always inlined leaves no symbol, nor need what a compiler may compute.
            last = name.split("::")[-1].replace("operator()", "typed<")
            # A template's first line may be about its parameters only.
            declaration = " ".join(path.read_text().splitlines()[line - 1:line + 1])
            is_inline = "WRUN_INLINE" in declaration or "constexpr" in declaration
            if is_inline and re.search(rf"(?:[.>]|::){re.escape(last)}", sources):
                continue
            print(f"{prefix}{path.name}:{line}: no test calls: {name}")
            wrong += 1
    print(f"{count - wrong} of {count} functions are called")
    return wrong


if __name__ == "__main__":
    check = {"documented": documented, "called": called}[sys.argv[1]]
    sys.exit(1 if check(*sys.argv[2:]) else 0)
