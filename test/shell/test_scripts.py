"""The shell without a terminal: flags, scripts, output formats, errors, exit codes."""

import csv
import io
import json
import signal
import subprocess
import time

import pytest


@pytest.fixture
def run(shell_binary, tmp_path):
    def run_shell(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        return subprocess.run([str(shell_binary), *arguments], input=stdin, capture_output=True, text=True,
                              cwd=tmp_path, timeout=60)

    return run_shell


def test_version_and_help(run):
    assert "DuckDB v1.5.5" in run("--version").stdout
    assert run("--help").returncode == 0


@pytest.mark.parametrize("arguments", [["--no-such-flag"], ["--csv", "--json"], ["-c"], ["--read-only"]])
def test_bad_flags_exit_with_2(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_commands_and_files_run_in_their_order(run, tmp_path):
    (tmp_path / "two.sql").write_text("INSERT INTO t VALUES (2);")
    done = run("--csv", "-c", "CREATE TABLE t (i INT)", "-f", "two.sql",
               "-c", "INSERT INTO t VALUES (1)", "-c", "FROM t")
    assert (done.returncode, done.stdout) == (0, "i\n2\n1\n")


def test_statements_from_standard_input(run):
    assert run("--csv", stdin="SELECT 1 AS a; SELECT 2 AS b").stdout == "a\n1\nb\n2\n"
    assert run("--csv", "-f", "-", stdin="SELECT 1 AS a;\n").stdout == "a\n1\n"


def test_semicolons_inside_quotes_and_comments(run):
    script = ("SELECT ';' AS a, $$;$$ AS b, $t$;$$;$t$ AS c, E'\\';' AS d -- ;\n"
              "/* ; /* ; */ ; */, \"x;\" FROM (SELECT 1 AS \"x;\");")
    done = run("--json", stdin=script + "SELECT 2 AS two;")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert json.loads(first) == [{"a": ";", "b": ";", "c": ";$$;", "d": "';", "x;": 1}]
    assert json.loads(second) == [{"two": 2}]


def test_error_has_its_place_and_ends_the_script(run, tmp_path):
    (tmp_path / "bad.sql").write_text("SELECT 1;\n-- ä\nSELECT\n  'ä', nothing;\nSELECT 3 AS three;\n")
    done = run("--csv", "-f", "bad.sql", "-c", "SELECT 4 AS four")
    assert done.returncode == 1
    assert done.stdout == "1\n1\n"
    lines = done.stderr.splitlines()
    assert lines[0].startswith("bad.sql:4:8: Binder Error: ")
    excerpt = next(i for i, line in enumerate(lines) if line.startswith("LINE 4:"))
    assert lines[excerpt][lines[excerpt + 1].index("^"):].startswith("nothing")


def test_error_at_the_end_of_the_text(run):
    done = run("-c", "SELECT 1 +")
    assert done.returncode == 1 and done.stderr.startswith("-c:1:11: Parser Error")


def test_missing_script_and_missing_lake(run):
    done = run("-f", "missing.sql")
    assert done.returncode == 1 and "missing.sql" in done.stderr
    done = run("no_such_folder", "--read-only", "-c", "SELECT 1")
    assert done.returncode == 1 and done.stderr and not done.stdout


def test_json_is_exact(run):
    done = run("--json", "-c", """
        SELECT 9007199254740993 AS big, 170141183460469231731687303715884105727::HUGEINT AS huge,
               1.10::DECIMAL(5, 2) AS dec,
               'nan'::DOUBLE AS n, '-inf'::FLOAT AS f, NULL AS nothing, E'"\\n\\t\\x01' AS s, true AS b,
               {'a': [1, NULL], 'm': MAP {1: 'x'}} AS nested, '{"q": [1]}'::JSON AS j, DATE '2024-01-02' AS d""",
               "-c", "SELECT 1 AS a WHERE false")
    first, second = done.stdout.splitlines()
    assert '"dec":1.10' in first
    assert json.loads(first) == [{
        "big": 9007199254740993, "huge": 170141183460469231731687303715884105727, "dec": 1.1, "n": "NaN",
        "f": "-Infinity", "nothing": None, "s": '"\n\t\x01', "b": True, "nested": {"a": [1, None], "m": {"1": "x"}},
        "j": {"q": [1]}, "d": "2024-01-02"}]
    assert json.loads(second) == []


def test_csv_round_trip(run):
    done = run("--csv", "-c", "SELECT 'a,b' AS x, 'c\"d' AS \"y\"\"\", E'e\\nf' AS z, NULL AS n, '' AS e")
    assert list(csv.reader(io.StringIO(done.stdout))) == [["x", 'y"', "z", "n", "e"], ["a,b", 'c"d', "e\nf", "", ""]]
    assert done.stdout.endswith(',,""\n')


def test_markdown(run):
    assert run("--markdown", "-c", "SELECT 1 AS n, 'a|b' AS s").stdout == "| n | s |\n|---:|---|\n| 1 | a\\|b |\n\n"


def test_counts(run):
    script = ("CREATE TABLE t AS FROM range(5) r(i); INSERT INTO t VALUES (9); UPDATE t SET i = 7 WHERE i < 2;"
              "DELETE FROM t WHERE i = 7;")
    assert run(stdin=script).stdout == "5 rows inserted\n1 row inserted\n2 rows updated\n2 rows deleted\n"
    assert run("--csv", stdin=script).stdout == ""
    assert run("--json", stdin=script).stdout.splitlines()[1] == '[{"Count":1}]'


def test_box_in_a_pipe_is_complete(run):
    done = run("-c", "SELECT i, repeat('x', 300) AS wide FROM range(500) t(i)")
    assert done.stdout.count("x" * 300) == 500 and "…" not in done.stdout


def test_dot_commands(run, tmp_path):
    (tmp_path / "inner.sql").write_text("SELECT 'inner' AS w;")
    done = run(stdin="CREATE TABLE flights (carrier VARCHAR);\n.tables\n.schema flights\n.mode csv\n.read inner.sql\n"
                     ".output out.csv\nSELECT 1 AS kept;\n.output\nSELECT 2 AS shown;\n.quit\nSELECT 3;\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "flights\nCREATE TABLE flights(carrier VARCHAR);\nw\ninner\nshown\n2\n"
    assert (tmp_path / "out.csv").read_text() == "kept\n1\n"
    done = run(stdin=".bogus\nSELECT 1;\n")
    assert done.returncode == 1 and done.stderr.startswith("<stdin>:1:1: ") and not done.stdout


def test_a_script_that_reads_itself_ends(run, tmp_path):
    (tmp_path / "self.sql").write_text(".read self.sql\n")
    done = run("-f", "self.sql")
    assert done.returncode == 1 and "deep" in done.stderr


def test_bundled_extensions(run):
    done = run("--csv", "-c", "CALL dbgen(sf = 0)", "-c", "COPY (SELECT 7 AS i) TO 'x.parquet'", "-c",
               "SELECT i, json_extract('[4]', 0) AS j, date_trunc('day', TIMESTAMPTZ '2024-01-01') IS NOT NULL AS z "
               "FROM 'x.parquet'")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("i,j,z\n7,4,true\n")


def test_closed_pipe_ends_quietly(shell_binary):
    process = subprocess.Popen([str(shell_binary), "--csv", "-c", "FROM range(100000000)"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"range\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


def test_interrupt_ends_a_script(shell_binary):
    process = subprocess.Popen([str(shell_binary), "-c", "SELECT 1 AS ready", "-c",
                                "SELECT sum(hash(a.i + b.i)) FROM range(1000000) a(i), range(1000000) b(i)"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(6):
        process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "INTERRUPT" in errors


def test_statements_that_duckdb_refuses_behind_its_grammar(run):
    script = """ATTACH 'lake' AS lake (TYPE merganser);
                CREATE TABLE lake.t (id BIGINT GENERATED ALWAYS AS IDENTITY, v INTEGER); -- constraint; identity
                ALTER TABLE lake.t ADD CONSTRAINT small CHECK (v < 10);
                INSERT INTO lake.t (v) VALUES (1), (2);
                FROM lake.t ORDER BY id;"""
    done = run("--csv", stdin=script)
    assert (done.returncode, done.stdout) == (0, "id,v\n1,1\n2,2\n")
    done = run("lake", "-c", "INSERT INTO lake.t (v) VALUES (10)")
    assert done.returncode == 1 and "CHECK constraint small" in done.stderr
    done = run("lake", "-c", "ALTER TABLE lake.t ADD CONSTRAINT other CHECK v < 10")
    assert done.returncode == 1 and 'syntax error at or near "v": ALTER TABLE table ADD CONSTRAINT' in done.stderr
    assert run("lake", "-c", "ALTER TABLE lake.t DROP CONSTRAINT small").returncode == 0
