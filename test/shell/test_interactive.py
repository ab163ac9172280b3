"""The interactive shell on a pseudo terminal."""

import os
import stat

import pytest

from terminal import Terminal


@pytest.fixture
def start(shell_binary, tmp_path):
    terminals = []

    def start_shell(*arguments: str, **variables: str) -> Terminal:
        environment = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        environment.pop("XDG_STATE_HOME", None)
        environment.update(variables)
        terminal = Terminal([str(shell_binary), *arguments], environment, tmp_path)
        terminals.append(terminal)
        terminal.expect("memory> ")
        return terminal

    yield start_shell
    for terminal in terminals:
        terminal.close()


def test_ctrl_d_leaves(start):
    terminal = start()
    terminal.send("\x04")
    assert terminal.wait() == 0


def test_statement_over_several_lines(start):
    terminal = start()
    terminal.send("SELECT 'a;\r")
    terminal.expect("...> ")
    terminal.send("b' AS joined;\r")
    terminal.expect("a;\\nb")
    terminal.expect("memory> ")


def test_error_keeps_the_shell(start):
    terminal = start()
    terminal.send("SELECT nothing;\r")
    terminal.expect("Binder Error")
    terminal.expect("^")
    terminal.expect("memory> ")
    terminal.send("SELECT 40 + 2;\r")
    terminal.expect("42")


def test_ctrl_c_at_the_prompt_drops_the_statement(start):
    terminal = start()
    terminal.send("SELECT broken\r")
    terminal.expect("...> ")
    terminal.send("more\x03")
    terminal.expect("^C")
    terminal.expect("memory> ")
    terminal.send("SELECT 40 + 2;\r")
    terminal.expect("42")


def test_ctrl_c_cancels_the_statement_and_not_the_shell(start):
    terminal = start()
    terminal.send("CREATE TABLE t AS FROM range(1000000) r(i);\r")
    terminal.expect("rows inserted")
    terminal.send("SELECT sum(hash(a.i + b.i)) FROM t a, t b;\r")
    terminal.expect("t b;")
    # The progress bar tells that the statement runs.
    terminal.expect("▕")
    terminal.send("\x03")
    terminal.expect("INTERRUPT")
    terminal.expect("memory> ")
    terminal.send("SELECT 40 + 2;\r")
    terminal.expect("42")


def test_tab_completes_tables_and_columns(start):
    terminal = start()
    terminal.send("CREATE TABLE departures (destination VARCHAR);\r")
    terminal.expect("memory> ")
    terminal.send("SELECT count(desti\t) FROM depart\t;\r")
    terminal.expect("count(destination)")


def test_tab_on_an_empty_line_indents(start):
    terminal = start()
    terminal.send("\tSELECT 40 + 2;\r")
    terminal.expect("42")


def test_history_is_private_kept_and_without_secrets(start, tmp_path):
    terminal = start()
    terminal.send("SELECT 'first' AS word;\r")
    terminal.expect("memory> ")
    terminal.send("CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'hush');\r")
    terminal.expect("memory> ")
    terminal.send("\x04")
    terminal.wait()
    path = tmp_path / ".merganser_history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "first" in path.read_text() and "hush" not in path.read_text()
    terminal = start()
    terminal.send("\x1b[A\r")
    terminal.expect("│ first   │")


def test_history_in_the_state_folder(start, tmp_path):
    terminal = start(XDG_STATE_HOME=str(tmp_path / "state"))
    terminal.send("SELECT 1;\r")
    terminal.expect("memory> ")
    terminal.send(".quit\r")
    assert terminal.wait() == 0
    assert (tmp_path / "state/merganser/history").is_file() and not (tmp_path / ".merganser_history").exists()


def test_long_results_are_cut_and_maxrows_changes_it(start):
    terminal = start()
    terminal.send("FROM range(100);\r")
    terminal.expect("(40 shown)")
    terminal.send(".maxrows 0\rFROM range(100);\r")
    terminal.expect("│    50 │")


def test_prompt_shows_an_open_transaction(start):
    terminal = start()
    terminal.send("BEGIN;\r")
    terminal.expect("memory*> ")
    terminal.send("COMMIT;\r")
    terminal.expect("memory> ")
