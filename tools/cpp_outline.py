"""A rough outline of a C++ file: its functions and classes with their sizes. Text and braces only, no compiler.

It understands the C++ that this project writes. Where a construct fools it, it errs towards seeing less.
"""

import re
from dataclasses import dataclass, field

_SKIPPED = re.compile(
    r'R"(?P<tag>[^(\s]*)\((?:.|\n)*?\)(?P=tag)"'  # raw string
    r'|//[^\n]*|/\*(?:.|\n)*?\*/'  # comment
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # character; not a digit separator
)


def strip(text: str) -> str:
    """The text with comments, strings and characters blanked; lines stay where they are."""

    def blank(match: re.Match) -> str:
        found = match.group()
        newlines = "\n" * found.count("\n")
        return newlines if found.startswith("/") else '""' + newlines

    return _SKIPPED.sub(blank, text)


def matching_brace(code: str, opening: int) -> int:
    """The position of the brace that closes the one at `opening`; the end of the text when there is none."""
    depth = 0
    for match in _BRACES.finditer(code, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(code)


@dataclass
class Function:
    name: str
    line: int
    lines: int
    parameters: int
    overrides: bool


@dataclass
class Class:
    name: str
    line: int
    public_methods: int = 0
    fields: int = 0


@dataclass
class Outline:
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)


_CLASS_HEAD = re.compile(
    r"(?<!enum )\b(class|struct|union)\s+(?:\[\[\w+\]\]\s*)?([\w:]+)(?:\s*<[^{;]*>)?(?:\s+final)?\s*(?::[^:][^;]*)?$"
)
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.M)
_STRUCTURE = re.compile(r"[()\[\];:{}]")
_BRACES = re.compile(r"[{}]")
_ACCESS = re.compile(r"\s*(public|private|protected)\s*")
_INITIALIZER_LIST = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")


def _without_templates(text: str) -> str:
    """Removes balanced <…> of template heads and arguments, innermost first."""
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"(?<=[\w>])\s*<[^<>;{}()]*(?:\([^<>;{}()]*\))?[^<>;{}()]*>", "", text)
    return text


def _parameters(head: str) -> int:
    """How many parameters the function declared by `head` takes."""
    head = _without_templates(re.sub(r"\boperator\s*\(\s*\)", "operator_call", head))
    opening = head.find("(")
    depth, commas, seen = 0, 0, False
    for character in head[opening:]:
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                break
        elif character == "," and depth == 1:
            commas += 1
        if not character.isspace() and character != "(":
            seen = True
    inside = head[opening + 1:].split(")")[0].strip()
    return commas + 1 if seen and inside and inside != "void" else 0


def _function_name(head: str) -> str:
    found = re.search(r"(operator\s*\S+?|~?[\w:]+)\s*\(", _without_templates(head))
    return found.group(1).replace(" ", "") if found else "?"


def _is_function(head: str) -> bool:
    plain = _without_templates(head)
    found = re.search(r"[\w\]>=!+\-*/&|<)]\s*\(", plain)
    # `x = f(` is an initializer, not a function; `operator=(` is one.
    return bool(found) and not re.search(r"(?<!operator)(?<![=!<>+\-*/&|])=(?!=)", plain[: found.start() + 1])


class _Reader:
    def __init__(self, code: str):
        # Preprocessor lines would run into the next statement; continuation lines go with them.
        self.code = _PREPROCESSOR.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), code)
        self.result = Outline()

    def line(self, position: int) -> int:
        return self.code.count("\n", 0, position) + 1

    def read(self, begin: int, end: int, owner: Class | None, public: bool) -> None:
        """Reads the statements of a namespace (owner is None) or of a class body."""
        start = position = begin
        depth = 0  # parentheses
        while found := _STRUCTURE.search(self.code, position, end):
            position = found.start()
            character = found.group()
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == ";" and depth == 0:
                self.statement(self.code[start:position], start, owner, public)
                start = position + 1
            elif character == ":" and owner and _ACCESS.fullmatch(self.code, start, position):
                public = "public" in self.code[start:position]
                start = position + 1
            elif character == "{":
                closing = min(matching_brace(self.code, position), end)
                if depth == 0 and self.block(start, position, closing, owner, public):
                    start = closing + 1
                position = closing
            position += 1

    def block(self, start: int, opening: int, closing: int, owner: Class | None, public: bool) -> bool:
        """Reads one {…}. Returns whether it ends the statement that it is in."""
        head = self.code[start:opening].strip()
        begin = start + len(self.code[start:opening]) - len(self.code[start:opening].lstrip())
        if re.search(r"\bnamespace\b[\w:\s]*$", head) or re.fullmatch(r'extern\s+""', head):
            self.read(opening + 1, closing, None, True)
            return True
        found = _CLASS_HEAD.search(re.sub(r"^\s*template\s*<[^{]*?>\s*(?=class|struct)", "", head))
        if found and "(" not in head.split(":")[0]:
            item = Class(found.group(2), self.line(begin))
            self.result.classes.append(item)
            self.read(opening + 1, closing, item, found.group(1) != "class")
            return False  # the ';' ends it; `struct {…} name;` is rare enough
        if re.search(r"\benum\b", head) or not _is_function(head):
            return False
        if _INITIALIZER_LIST.search(head) and re.search(r"[\w>]$", head):
            return False  # a member's initializer in braces, the body is still to come
        lines = self.line(closing) - self.line(begin) + 1
        self.function(head, begin, lines, owner, public)
        return True

    def statement(self, text: str, start: int, owner: Class | None, public: bool) -> None:
        head = text.strip()
        begin = start + len(text) - len(text.lstrip())
        if not head or re.match(r"(using|typedef|friend|static_assert|extern)\b", head):
            return
        if re.match(r"(template\s*<.*>\s*)?(class|struct|union|enum)\b", head, re.S):
            return
        plain = _without_templates(re.sub(r"\{.*\}", "", head, flags=re.S))
        if _is_function(plain):
            if owner is not None:
                self.function(head, begin, 1, owner, public)
        elif owner is not None and not re.match(r"(static|constexpr)\b", head):
            owner.fields += 1

    def function(self, head: str, begin: int, lines: int, owner: Class | None, public: bool) -> None:
        overrides = bool(re.search(r"\boverride\b|\bfinal\b", head))
        name = _function_name(head)
        self.result.functions.append(Function(name, self.line(begin), lines, _parameters(head), overrides))
        special = owner is not None and name.lstrip("~") == owner.name
        if owner is not None and public and not special and not re.search(r"=\s*(delete|default)\s*$", head):
            owner.public_methods += 1


def outline(code: str) -> Outline:
    """The outline of code that went through strip()."""
    reader = _Reader(code)
    reader.read(0, len(reader.code), None, True)
    return reader.result
