"""The public functions that a directory of headers declares.

Functions are told apart by their class and name, and overloads by their parameters.
"""

import dataclasses
import pathlib
import re

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

    def is_documented(self, begin, end):
        """Whether there is a comment behind what these lines declare, or right before it."""
        return any(self.has_comment[begin:end + 1]) or (begin > 0 and self.is_comment[begin - 1])


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


@dataclasses.dataclass
class Function:
    """A declaration, by its file's line."""

    line: int
    name: str
    statement: str
    is_documented: bool = False

    @property
    def is_special(self):
        """Copying, moving, assigning: what C++ says of them needs no words."""
        *scopes, last = self.name.split("::")
        if last == "operator=":
            return True
        own = rf"{last}\s*\(\s*(const )?{last}(<[^()]*>)?\s*&"
        return bool(scopes) and last == scopes[-1] and bool(re.search(own, self.statement))

    @property
    def is_inline(self):
        """Whether it may leave no symbol: always inlined, computed by the compiler, or abstract."""
        return bool(re.search(r"\b(WRUN_INLINE|constexpr|consteval)\b|=\s*0\s*$", self.statement))


def function_name(statement):
    """The name of the function that a statement declares; None if it is something else."""
    text = re.sub(r"\s+", " ", statement).strip()
    text = re.sub(r"^template\s*<", "template <", text)
    if re.match(r"(friend|using|typedef|static_assert|enum|extern)\b", text):
        return None
    if re.search(r"=\s*(default|delete)\s*$|\boverride\b", text):
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
    if kind != "namespace":
        rest = re.sub(r"\b(WRUN_\w+|final)\b", "", rest).split(":")[0]
    words = rest.split()
    return Scope(kind, words[0] if words else "", kind != "class")


def functions(path):
    """Each public function of a header."""
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
        made = Function(begin + 1, full, " ".join(statement.split()))
        # A comment is about all overloads that follow it.
        follows = bool(found) and found[-1].name == full and found[-1].is_documented
        made.is_documented = follows or made.is_special or lines.is_documented(begin, number)
        found.append(made)

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


# What the standard library's names are short for.
ALIASES = {"size_t": "unsigned", "uint64_t": "unsigned", "uint32_t": "unsigned",
           "uint16_t": "unsigned", "uint8_t": "unsigned", "int64_t": "long", "int32_t": "int",
           "string": "basic_string", "string_view": "basic_string_view"}


def aliases(paths):
    """What types are short for, by their last names."""
    found = dict(ALIASES)
    for path in paths:
        for name, of in re.findall(r"^using (\w+) =\s*([\w:]+)", path.read_text(), re.M):
            found.setdefault(name, of.split("::")[-1])
    return found


def type_parameters(text):
    """The names of the type parameters of a header's templates."""
    return set(re.findall(r"(?:class|typename|[\w:]+)(?:\.\.\.)? (\w+)\s*(?=[,>=])", text))


def split_parameters(text):
    """What is between the parentheses of a function without templates, and what follows them."""
    begin = text.replace("operator()(", "operator__(").index("(")
    parts, part, depth = [], "", 0
    for at in range(begin + 1, len(text)):
        char = text[at]
        if depth == 0 and char in ",)":
            parts.append(part)
            part = ""
            if char == ")":
                return [part for part in parts if part.strip()], text[at + 1:]
        else:
            depth += (char in "({") - (char in ")}")
            part += char
    return parts, ""


def signature(text, names=None, any_type=frozenset()):
    """What tells a function from its overloads, as far as a declaration and a symbol agree on it:
    of each parameter one word of its type and whether it is a reference or a pointer, and what it
    is called on. None stands for any type, and "..." for any number of parameters.
    """
    names = names or {}
    parameters, rest = split_parameters(without_templates(text.replace("<<", "")))
    found = []
    for parameter in parameters:
        parameter = parameter.split("=")[0]
        if "..." in parameter:
            found.append("...")
            continue
        words = [word.split("::")[-1] for word in re.findall(r"[\w:]+", parameter)]
        words = [word for word in words if word not in ("const", "typename", "v0")]
        word = words[0] if words else ""
        while word in names and names[word] != word:
            word = names[word]
        marks = "".join(re.findall(r"[&*]", parameter))
        found.append(None if word in any_type else word + marks)
    on = re.match(r"\s*(const)?\s*(&&?)?", rest)
    return found, (bool(on[1]), on[2] or "")


def matches(declared, symbol):
    """Whether a symbol's signature is of what was declared."""
    (types, on), (used, used_on) = declared, symbol
    if on != used_on:
        return False
    if "..." in types:
        types = types[:types.index("...")]
        used = used[:len(types)]
    return len(types) == len(used) and all(a is None or a == b for a, b in zip(types, used))


def headers(include):
    """The headers of a directory, and WASI's if it has them."""
    root = pathlib.Path(include)
    return sorted([*root.glob("*.hpp"), *(root / "wasi").glob("*.hpp")])


