"""A Spark session in a process of its own (spark_driver.py, in Spark's own Python)."""

import json
import os
import subprocess
from pathlib import Path

import pyarrow as pa

from engines import script_statements

DRIVER = Path(__file__).with_name("spark_driver.py")
STOP_SECONDS_MAX = 30


class SparkError(Exception):
    """A statement that Spark refused."""


class SparkSession:
    """Statements go in one by one; rows come back as Arrow tables. Not thread-safe."""

    def __init__(self, python: Path, jars: Path, scratch: Path):
        self.scratch = scratch
        self.results = 0
        reading, writing = os.pipe()
        environment = {**os.environ, "TZ": "UTC", "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": str(python)}
        self.log = open(scratch / "spark.log", "wb")
        self.process = subprocess.Popen(
            [str(python), str(DRIVER), str(writing), str(jars), str(scratch)], stdin=subprocess.PIPE, stdout=self.log,
            stderr=self.log, text=True, env=environment, pass_fds=[writing], cwd=scratch)
        os.close(writing)
        self.answers = os.fdopen(reading)
        self._answer()

    def _answer(self) -> None:
        line = self.answers.readline()
        if not line:
            tail = (self.scratch / "spark.log").read_text(errors="replace")[-4000:]
            raise RuntimeError(f"Spark's process has ended:\n{tail}")
        answer = json.loads(line)
        if "error" in answer:
            raise SparkError(answer["error"])

    def _order(self, **order: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self._answer()

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self._order(sql=statement)

    def run(self, table: Path, script: str) -> None:
        """Statements end with a semicolon at the end of a line; {t} stands for the table."""
        self.sql(*script_statements(script, named(table)))

    def configure(self, **settings: str | None) -> None:
        """Settings of the session; dots are written as two underscores; None goes back to the default."""
        self._order(conf={name.replace("__", "."): value for name, value in settings.items()})

    def fetch(self, query: str) -> pa.Table:
        self.results += 1
        path = self.scratch / f"result{self.results}.arrow"
        self._order(sql=query, path=str(path))
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()

    def read(self, table: Path, version: int | None = None) -> pa.Table:
        pinned = "" if version is None else f" VERSION AS OF {version}"
        return self.fetch(f"SELECT * FROM {named(table)}{pinned}")

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()
        self.log.close()


def named(table: Path) -> str:
    """A table's folder as Spark names it in SQL."""
    return "delta.`" + str(table).replace("`", "``") + "`"
