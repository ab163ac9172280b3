"""The examples of README.md and docs/ run as they stand there, and what docs/sql.md lists is what the engine has.

An example is a fenced block:

    ```sql          runs in one shell together with the other blocks of its page, in their order
    ```sql error    fails after the blocks above it
    ```text         behind either of them: each line is a part of what the shell prints
    ```python       runs after the page's SQL, in the same folder

The shell starts in an empty folder that holds SAMPLES. A line of the page such as `    build/release/merganser my_lake`
starts a new shell with those arguments for the blocks below it.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))]
SQL_PAGE = "docs/sql.md"
#: Pages that cannot be without examples, and of which kinds.
EXPECTED_KINDS = {"README.md": {"sql", "python"}, SQL_PAGE: {"sql", "sql error"}}
COMMAND = re.compile(r"^    (?:\S*/)?merganser (?P<arguments>[^\[\n]*)$")

SAMPLES = """
    COPY (SELECT i AS id, ['eu', 'us', 'asia'][i % 3 + 1] AS region, TIMESTAMP '2026-01-01' + to_hours(i) AS placed,
                 (i * 7 % 90 + 10)::DECIMAL(9, 2) AS amount FROM range(1000) r(i)) TO 'orders.parquet';
    COPY (SELECT 'eu' AS region, i AS id FROM range(1000, 1010) r(i)) TO 'late.csv';
    COPY (SELECT i AS id, 0.5 AS amount FROM range(995, 1020) r(i)) TO 'corrections.csv';
"""


@dataclass
class Block:
    page: str
    line: int
    kind: str
    text: str
    expected: list[str] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    section: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    blocks: list[Block] = []
    arguments: tuple[str, ...] = ()
    section = ""
    fence: Block | None = None
    for number, line in enumerate((ROOT / page).read_text().splitlines(), 1):
        if fence is not None:
            if line != "```":
                fence.text += line + "\n"
                continue
            if fence.kind == "text":
                assert blocks, f"{fence}: there is no example in front of this output"
                blocks[-1].expected += [part.strip() for part in fence.text.splitlines() if part.strip()]
            elif fence.kind:
                blocks.append(fence)
            fence = None
        elif line.startswith("```"):
            fence = Block(page, number, line[3:].strip(), "", arguments=arguments, section=section)
        elif line.startswith("## "):
            section = line[3:]
        elif command := COMMAND.match(line):
            arguments = tuple(shlex.split(command["arguments"]))
    assert fence is None, f"{fence}: the block has no end"
    unknown = [str(block) for block in blocks if block.kind not in ("sql", "sql error", "python")]
    assert not unknown, f"blocks of a kind that nothing runs: {unknown}"
    return blocks


def pages_with(kind: str) -> list[str]:
    return [page for page in PAGES if any(block.kind == kind for block in blocks_of(page))]


ERRORS = [block for page in PAGES for block in blocks_of(page) if block.kind == "sql error"]


@pytest.fixture
def folder(shell_binary, tmp_path) -> Path:
    made = subprocess.run([str(shell_binary), "-c", SAMPLES], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    return tmp_path


@pytest.fixture
def run(shell_binary, folder):
    def run_shell(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(shell_binary), *arguments], cwd=folder, capture_output=True, text=True, timeout=120,
                              env={**os.environ, "TZ": "UTC", "NO_COLOR": "1"})

    return run_shell


@pytest.fixture
def run_blocks(run, folder):
    """Runs blocks of one page, a shell for each group of equal arguments; each block is a script named by its line."""

    def run_all(blocks: list[Block]) -> subprocess.CompletedProcess:
        done = None
        while blocks:
            count = next((i for i, block in enumerate(blocks) if block.arguments != blocks[0].arguments), len(blocks))
            scripts = []
            for block in blocks[:count]:
                script = f"line_{block.line}.sql"
                (folder / script).write_text(block.text)
                scripts += ["-f", script]
            done = run(*blocks[0].arguments, *scripts)
            assert done.returncode == 0 or count == len(blocks), done.stderr
            blocks = blocks[count:]
        return done

    return run_all


def check_output(block: Block, output: str) -> None:
    for part in block.expected:
        assert part in output, f"{block}: the shell does not print {part!r}, it prints:\n{output}"


@pytest.mark.parametrize("page", pages_with("sql"))
def test_sql_of_the_page_succeeds(page, run_blocks):
    blocks = [block for block in blocks_of(page) if block.kind == "sql"]
    done = run_blocks(blocks)
    assert done.returncode == 0, f"{page}: {done.stderr}"
    for block in blocks:
        if block.arguments == blocks[-1].arguments:
            check_output(block, done.stdout)
        else:
            assert not block.expected, f"{block}: output is only compared in the page's last shell"


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_error_of_the_page_is_an_error(error, run_blocks):
    assert error.expected, f"{error}: a ```text block must say how the error reads"
    before = [block for block in blocks_of(error.page) if block.kind == "sql" and block.line < error.line]
    done = run_blocks([*before, error])
    assert done.returncode == 1, f"{error}: it succeeds"
    assert done.stderr.startswith(f"line_{error.line}.sql:"), f"{error}: {done.stderr}"
    check_output(error, done.stderr)


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_of_the_page_succeeds(page, run_blocks, folder):
    artefact = Path(os.environ.get("MERGANSER_EXTENSION", ROOT / "build/release/merganser.duckdb_extension"))
    assert artefact.is_file(), f"{artefact} is missing: run `make build`"
    blocks = blocks_of(page)
    assert run_blocks([block for block in blocks if block.kind == "sql"]).returncode == 0
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/merganser.duckdb_extension").symlink_to(artefact.resolve())
    for block in blocks:
        if block.kind == "python":
            done = subprocess.run([sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True,
                                  timeout=120)
            assert done.returncode == 0, f"{block}: {done.stderr}"
            assert "│" in done.stdout, f"{block}: it shows no rows: {done.stdout}"


# --- completeness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", EXPECTED_KINDS)
def test_the_page_has_examples(page):
    blocks = blocks_of(page)
    assert EXPECTED_KINDS[page] <= {block.kind for block in blocks}
    fences = sum(line.startswith("```sql") for line in (ROOT / page).read_text().splitlines())
    assert fences == sum(block.kind.startswith("sql") for block in blocks)


def test_each_section_of_the_sql_page_has_an_example():
    sections = {line[3:] for line in (ROOT / SQL_PAGE).read_text().splitlines() if line.startswith("## ")}
    assert sections and not sections - {block.section for block in blocks_of(SQL_PAGE)}


def rows(done: subprocess.CompletedProcess) -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[1:]


def documented_columns(function: str) -> list[str]:
    """The table `| column | type | … |` below the heading of the function."""
    text = (ROOT / SQL_PAGE).read_text()
    section = re.search(rf"^### `{function}\(.*?(?=^##|\Z)", text, re.M | re.S)
    assert section, f"{SQL_PAGE} has no heading '### `{function}(…)`'"
    return re.findall(r"^\| `(\w+)` \| ([A-Z][^|]*?) \|", section.group(), re.M)


FUNCTION_ARGUMENTS = {"merganser_clone": "'lake.t', 'lake.u'", "merganser_store_calls": "", "merganser_features": "",
                      "merganser_restore": "'lake.t', version => 0",
                      "merganser_set_txn": "'an-application', 1"}


def test_every_function_and_its_columns_are_on_the_sql_page(run):
    functions = rows(run("--csv", "-c", "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_name "
                         "LIKE 'merganser%' AND function_name <> 'merganser_scan' ORDER BY ALL"))
    assert "merganser_history" in functions
    for function in functions:
        argument = FUNCTION_ARGUMENTS.get(function, "'lake.t'")
        described = rows(run("--csv", "-c", "ATTACH 'w' AS lake (TYPE merganser)", "-c",
                             "CREATE TABLE IF NOT EXISTS lake.t (i INTEGER)", "-c",
                             f"SELECT column_name || ' ' || column_type FROM (DESCRIBE FROM {function}({argument}))"))
        documented = [f"{name} {type_name}" for name, type_name in documented_columns(function)]
        assert documented == [line.strip('"') for line in described], function


def test_every_attach_option_is_on_the_sql_page(run):
    done = run("-c", "ATTACH 'w' AS lake (TYPE merganser, no_such_option 1)")
    options = re.search(r"Options: (.*)$", done.stderr, re.M)
    assert options, done.stderr
    text = (ROOT / SQL_PAGE).read_text()
    for option in options.group(1).split(", "):
        assert f"\n| `{option}` |" in text, f"{SQL_PAGE} has no row for the option {option}"
