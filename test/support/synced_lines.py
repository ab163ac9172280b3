"""Lines of JSON in a file, each on disk before its writer goes on."""

import json
import os
from pathlib import Path


class SyncedLines:
    """Appends lines. One process at a time."""

    def __init__(self, path: Path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, line: dict) -> None:
        os.write(self.file, (json.dumps(line) + "\n").encode())
        os.fsync(self.file)


def read_lines(path: Path) -> list[dict]:
    """A last line without its end was cut off, as by a kill, and counts as not written."""
    return [json.loads(text) for text in path.read_text().split("\n")[:-1]] if path.exists() else []
