"""Scripts that run beside each other in Python processes of their own."""

import subprocess
import sys


def run_script(script: str, *arguments: object) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], stderr=subprocess.PIPE, text=True)


def finish(processes: list[subprocess.Popen]) -> None:
    """Waits for all; fails with what they said where one did not end well."""
    errors = [process.communicate()[1] for process in processes]
    assert all(process.returncode == 0 for process in processes), "\n".join(errors)
