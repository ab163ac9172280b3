"""docs/protocol-support.md is what the engine's registry of table features says."""

import subprocess
import sys
from pathlib import Path

GENERATOR = Path(__file__).resolve().parents[2] / "tools/protocol_support.py"


def test_the_page_is_made_from_this_build(shell_binary):
    made = subprocess.run([sys.executable, GENERATOR, shell_binary, "--check"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
