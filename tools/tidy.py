#!/usr/bin/env python3
"""Checks what reviewers should not have to: layers, sizes, names, banned tokens, whitespace, links.

    tools/tidy.py             check the tree; exit 1 and one line per finding
    tools/tidy.py --ratchet   rewrite tools/ratchet.toml: entries shrink or vanish, none grows or is added

An offender against a size limit may be listed in tools/ratchet.toml with its present size; it may shrink, not grow.
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import cpp_outline

ROOTS = ["src", "test", "cmake", "tools", "docs", "python", "bench", "demo", ".ci"]
TEXT_SUFFIXES = {".cpp", ".hpp", ".py", ".md", ".toml", ".txt", ".sh", ".cmake", ".test", ".sql", ".yml", ".yaml"}
CORE_ROOMS = ["base", "store", "protocol", "log", "scan", "txn", "maintain"]

LINE_COLUMNS_MAX = 120
TAB_COLUMNS = 4
SOURCE_LINES_MAX = 600
HEADER_LINES_MAX = 250
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
PUBLIC_METHODS_MAX = 20
FIELDS_MAX = 12
README_LINES_MAX = 40

BANNED_NAME_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


@dataclass(frozen=True)
class Banned:
    """A token, where it is at home, and what to write elsewhere."""

    pattern: re.Pattern
    homes: tuple[str, ...]  # path prefixes; empty: nowhere
    scope: tuple[str, ...]  # path prefixes the rule looks at
    instead: str


def banned(pattern: str, instead: str, homes: tuple[str, ...] = (), scope: tuple[str, ...] = ("src/",)) -> Banned:
    return Banned(re.compile(pattern), homes, scope, instead)


CODE = ("src/", "test/", "cmake/")
BANNED_TOKENS = [
    banned(r"\bsystem_clock\b|\bhigh_resolution_clock\b|\bclock_gettime\b|\bgettimeofday\b",
           "the clock of base/clock.hpp", ("src/base/",)),
    banned(r"\bsteady_clock\b", "the clock of base/clock.hpp", ("src/base/", "src/cli/", "src/server/")),
    banned(r"(?:\bstd::|(?<![\w.>:])(?:::)?)time\s*\(\s*(?:nullptr|NULL|0|&\w+)?\s*\)", "the clock of base/clock.hpp",
           ("src/base/",)),
    banned(r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\bnanosleep\s*\(", "the clock of base/clock.hpp",
           ("src/base/",)),
    banned(r"\brandom_device\b|\bmt19937|(?<![\w.>])(?:std::)?s?rand\s*\(|\bgetrandom\s*\(",
           "the randomness of base/random.hpp", ("src/base/",)),
    banned(r"\bfopen\s*\(|(?:(?<![\w.>:])|(?<!\w)::)open(?:at)?\s*\(|\bstd::filesystem\b|\b[io]?fstream\b",
           "the ObjectStore of store/object_store.hpp", ("src/store/", "src/cli/")),
    banned(r"\busing\s+namespace\s+std\b", "the name with std::", scope=CODE),
    banned(r"what\(\)\)?\s*(?:==|!=|\.\s*(?:find|rfind|compare|starts_with|ends_with|contains))"
           r"|(?:==|!=)\s*\w+(?:\.|->)what\(\)|str(?:str|cmp|ncmp)\([^;]*what\(\)"
           r"|(?i:message)(?:\(\))?\.(?:find|rfind|compare|starts_with|ends_with|contains)\s*\("
           r"|\bContains\([^;,]*(?:what\(\)|(?i:message)\w*(?:\(\))?)\s*,",
           "the kind of the error or an outcome; a message is for people", scope=("src/",)),
    banned(r"-D_GLIBCXX_DEBUG\b|-DDEBUG\b|#define\s+(?:DEBUG|_GLIBCXX_DEBUG)\b",
           "MERGANSER_ASSERTS; these change the layout of DuckDB's classes", scope=CODE),
]
# Spelled apart, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
# Written in a comment above a function whose parameters are not ours to choose.
CALLBACK = "DuckDB's signature"
STANDARD_HEADER = re.compile(r"[a-z_0-9]+|(?:std\w+|math|strings?|errno|limits|signal|time)\.h")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
OUTCOME_CASE = re.compile(r"\bcase\s+(?:\w+::)*\w*Outcome::")


class Tidy:
    def __init__(self, root: Path):
        self.root = root
        self.findings: list[str] = []
        self.sizes: dict[str, int] = {}  # what is over a limit now, by ratchet key
        layers = tomllib.loads((root / "tools" / "layers.toml").read_text())
        self.groups = layers.get("groups", {})
        self.rooms = {room: self.expand(uses) for room, uses in layers["rooms"].items()}
        self.tests = {folder: self.expand(uses) for folder, uses in layers.get("tests", {}).items()}
        self.external = layers.get("external", {})
        ratchet = root / "tools" / "ratchet.toml"
        self.ratchet: dict[str, int] = tomllib.loads(ratchet.read_text()) if ratchet.exists() else {}

    def expand(self, uses: list[str]) -> set[str]:
        return {room for use in uses for room in self.groups.get(use, [use])}

    def find(self, path: str, line: int, text: str) -> None:
        self.findings.append(f"{path}:{line}: {text}")

    # --- files ----------------------------------------------------------------------------------------------

    def files(self) -> list[Path]:
        found = [path for path in self.root.iterdir() if path.is_file()]
        for folder in ROOTS:
            found += [path for path in (self.root / folder).rglob("*") if path.is_file()]
        skipped = {"__pycache__", ".pytest_cache", "out", "results"}
        return sorted(path for path in found if not skipped & set(path.relative_to(self.root).parts))

    def check(self) -> None:
        for file in self.files():
            path = file.relative_to(self.root).as_posix()
            if file.suffix not in TEXT_SUFFIXES and file.name not in ("Makefile", "run"):
                continue
            self.check_name(path)
            try:
                text = file.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                self.find(path, 1, "is not UTF-8")
                continue
            # Test data may hold whatever the test wants to show.
            self.check_lines(path, text)
            if file.suffix == ".md":
                self.check_links(path, text)
            if file.suffix in (".cpp", ".hpp"):
                self.check_source(path, text)
        self.check_readmes()
        self.check_ratchet()

    # --- names and lines --------------------------------------------------------------------------------------

    def check_name(self, path: str) -> None:
        parts = Path(path).parts
        if parts[0] not in ("src", "test", "tools", "bench", "python"):
            return
        words = {word for part in parts for word in re.split(r"[_.\-]", part.lower())}
        for word in sorted(words & BANNED_NAME_WORDS):
            self.find(path, 1, f"'{word}' is no name for a file or folder: name the noun")
        if Path(path).suffix in (".cpp", ".hpp", ".py", ".test") and parts[0] in ("src", "test", "tools", "bench"):
            for part in parts:
                if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", part):
                    self.find(path, 1, f"'{part}' is not snake_case")
                    break

    def check_lines(self, path: str, text: str) -> None:
        suffix = Path(path).suffix
        limited = suffix in (".cpp", ".hpp", ".py", ".cmake", ".sh")
        if "\r" in text:
            self.find(path, 1, "has carriage returns")
        if text and not text.endswith("\n"):
            self.find(path, text.count("\n") + 1, "no newline at the end of the file")
        for match in UNFINISHED.finditer(text):
            self.find(path, text.count("\n", 0, match.start()) + 1, "unfinished business: finish it, or open an issue")
        fenced = False
        for number, line in enumerate(text.split("\n"), 1):
            if suffix == ".md" and line.startswith("```"):
                fenced = not fenced
            if line[-1:].isspace() and not fenced and suffix not in (".test", ".txt"):
                self.find(path, number, "trailing whitespace")
            if limited and len(line.expandtabs(TAB_COLUMNS)) > LINE_COLUMNS_MAX:
                self.find(path, number, f"longer than {LINE_COLUMNS_MAX} columns")
            if suffix in (".cpp", ".hpp") and line.startswith(" ") and line.lstrip(" ").startswith("\t"):
                self.find(path, number, "spaces before a tab: indent with tabs, align with spaces")
            if suffix == ".py" and "\t" in line[: len(line) - len(line.lstrip())]:
                self.find(path, number, "indent Python with spaces")

    def check_links(self, path: str, text: str) -> None:
        text = re.sub(r"```.*?```", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
        text = re.sub(r"`[^`\n]*`", "", text)
        for match in re.finditer(r"\]\(([^)\s]+)\)", text):
            target = match.group(1).split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not (self.root / path).parent.joinpath(target).exists():
                self.find(path, text.count("\n", 0, match.start()) + 1, f"link to '{target}' leads nowhere")

    def check_readmes(self) -> None:
        for room in CORE_ROOMS:
            folder = self.root / "src" / room
            if not any(folder.glob("*.cpp")):
                continue
            readme = folder / "README.md"
            if not readme.exists():
                self.find(f"src/{room}", 1, "a core room has a README.md: purpose, nouns, entry, what it never does")
            elif len(readme.read_text().splitlines()) > README_LINES_MAX:
                self.find(f"src/{room}/README.md", 1, f"longer than {README_LINES_MAX} lines")

    # --- C++ ----------------------------------------------------------------------------------------------------

    def check_source(self, path: str, text: str) -> None:
        code = cpp_outline.strip(text)
        self.check_includes(path, text)
        self.check_tokens(path, code)
        self.check_switches(path, code)
        self.check_sizes(path, text, code)

    def room_of(self, include: str) -> str | None:
        folder = Path(include).parent.as_posix()
        while folder != ".":
            if folder in self.rooms:
                return folder
            folder = Path(folder).parent.as_posix()
        return None

    def permissions(self, path: str) -> tuple[str, set[str]] | None:
        """The room a file is in, and the rooms it may include."""
        if path.startswith("src/"):
            room = self.room_of(path[len("src/"):])
            return None if room is None else (room, self.rooms[room] | {room})
        for folder, uses in self.tests.items():
            if not path.startswith(folder + "/"):
                continue
            uses = uses | {"support", "test"}
            if folder == "test/unit":
                room = path.split("/")[2].replace("engine_", "engine/")
                if room not in self.rooms:
                    return None
                uses |= self.rooms[room] | {room}
            return "test", uses
        return None

    def check_includes(self, path: str, text: str) -> None:
        if path.startswith("cmake/"):
            return
        permitted = self.permissions(path)
        if permitted is None:
            self.find(path, 1, "is in no room of tools/layers.toml")
            return
        room, uses = permitted
        for match in INCLUDE.finditer(text):
            number = text.count("\n", 0, match.start(1)) + 1
            target = match.group(2)
            owner = "support" if target.startswith("support/") else self.room_of(target)
            if match.group(1) == '"' and owner is not None:
                if owner not in uses:
                    self.find(path, number, f"room '{room}' may not include '{target}' of room '{owner}'")
                elif owner == "engine" and room in ("cli", "server") and target.count("/") > 1:
                    self.find(path, number, f"room '{room}' may not include '{target}'")
                continue
            if match.group(1) == "<" and STANDARD_HEADER.fullmatch(target):
                continue
            if match.group(1) == '"' and path.startswith("test/") and "/" not in target:
                if (self.root / path).parent.joinpath(target).exists():
                    continue
            self.check_external(path, number, room, uses, target)

    def check_external(self, path: str, number: int, room: str, uses: set[str], target: str) -> None:
        names = [name for name in self.external
                 if target == name or (name.endswith(("/", "_")) and target.startswith(name))]
        if not names:
            self.find(path, number, f"'{target}' is not listed in tools/layers.toml")
            return
        allowed = self.external[max(names, key=len)]
        top = room.split("/")[0]
        tops = {top}
        if path.startswith("test/sqllogic/"):
            tops.add("engine")
        elif path.startswith("test/unit/"):
            tops.add(path.split("/")[2].split("_")[0])
        if not tops & set(allowed):
            self.find(path, number, f"room '{room if top != 'test' else path}' may not include '{target}'")

    def check_tokens(self, path: str, code: str) -> None:
        # Most files hold none of them, and what no search of the whole file finds is in no line of it.
        rules = [rule for rule in BANNED_TOKENS
                 if path.startswith(rule.scope) and not (rule.homes and path.startswith(rule.homes))
                 and rule.pattern.search(code)]
        if not rules:
            return
        for number, line in enumerate(code.split("\n"), 1):
            for rule in rules:
                match = rule.pattern.search(line)
                if match:
                    self.find(path, number, f"'{match.group().strip()}' is banned here: use {rule.instead}")

    def check_switches(self, path: str, code: str) -> None:
        for match in re.finditer(r"\bswitch\s*\(", code):
            opening = code.find("{", match.end())
            closing = cpp_outline.matching_brace(code, opening)
            body = code[opening + 1:closing]
            # Inner switches answer for themselves.
            body = re.sub(r"\bswitch\s*\([^{]*\{[^}]*\}", "", body)
            if OUTCOME_CASE.search(body) and re.search(r"\bdefault\s*:", body):
                self.find(path, code.count("\n", 0, match.start()) + 1,
                          "a switch over an outcome has no default: name every outcome")

    # --- sizes ----------------------------------------------------------------------------------------------------

    def check_size(self, path: str, line: int, key: str, size: int, limit: int, what: str) -> None:
        if size <= limit:
            return
        self.sizes[key] = max(size, self.sizes.get(key, 0))
        listed = self.ratchet.get(key)
        if listed is None:
            self.find(path, line, f"{what}: {size}, the limit is {limit}")
        elif size > listed:
            self.find(path, line, f"{what}: {size}, it may only shrink from {listed} (tools/ratchet.toml)")

    def check_sizes(self, path: str, text: str, code: str) -> None:
        lines = text.count("\n")
        limit = HEADER_LINES_MAX if path.endswith(".hpp") else SOURCE_LINES_MAX
        self.check_size(path, 1, f"{path} lines", lines, limit, "lines in the file")
        if not path.startswith("src/"):
            return
        outline = cpp_outline.outline(code)
        lines_of = [""] + text.split("\n")
        for function in outline.functions:
            self.check_size(path, function.line, f"{path} {function.name} lines", function.lines, FUNCTION_LINES_MAX,
                            f"lines in {function.name}()")
            # Others wrote the signature of an override and of a callback.
            if not function.overrides and CALLBACK not in lines_of[function.line - 1]:
                self.check_size(path, function.line, f"{path} {function.name} parameters", function.parameters,
                                PARAMETERS_MAX, f"parameters of {function.name}() (make a struct)")
        for item in outline.classes:
            self.check_size(path, item.line, f"{path} {item.name} public methods", item.public_methods,
                            PUBLIC_METHODS_MAX, f"public methods of {item.name}")
            self.check_size(path, item.line, f"{path} {item.name} fields", item.fields, FIELDS_MAX,
                            f"fields of {item.name}")

    def check_ratchet(self) -> None:
        for key in self.ratchet:
            if key not in self.sizes:
                self.find("tools/ratchet.toml", 1, f"'{key}' is within its limit now: run tools/tidy.py --ratchet")

    def tighten_ratchet(self) -> None:
        kept = {key: min(size, self.sizes[key]) for key, size in sorted(self.ratchet.items()) if key in self.sizes}
        lines = ["# Offenders against the size limits, at their present size. An entry may shrink, not grow."]
        lines += [f'"{key}" = {size}' for key, size in kept.items()]
        (self.root / "tools" / "ratchet.toml").write_text("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--ratchet", action="store_true")
    args = parser.parse_args()
    tidy = Tidy(args.root)
    tidy.check()
    if args.ratchet:
        tidy.tighten_ratchet()
        return 0
    for finding in tidy.findings:
        print(finding)
    print(f"tidy: {len(tidy.findings)} findings" if tidy.findings else "tidy: clean")
    return 1 if tidy.findings else 0


if __name__ == "__main__":
    sys.exit(main())
