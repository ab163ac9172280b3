"""EXPLAIN says which columns an UPDATE or a MERGE sets: keys that ON holds equal are not among them."""

from pathlib import Path

import pytest

from lakes import open_lake

ROW = "(SELECT 1 AS id, 'a' AS name, 1.5::DOUBLE AS real, 2 AS v)"


@pytest.mark.parametrize(("statement", "columns"), [
    (f"MERGE INTO lake.t USING {ROW} AS b ON b.name = t.name AND t.id = b.id WHEN MATCHED THEN UPDATE", "real v"),
    (f"MERGE INTO lake.t USING {ROW} AS b USING (v) WHEN MATCHED THEN UPDATE RETURNING v", "id name real"),
    (f"MERGE INTO lake.t USING {ROW} AS b ON b.real = t.real WHEN MATCHED THEN UPDATE", "id name real v"),
    (f"MERGE INTO lake.t USING {ROW} AS b ON t.id >= b.id AND t.id <= b.id WHEN MATCHED THEN UPDATE", "id name real v"),
    (f"MERGE INTO lake.t USING {ROW} AS b ON t.id = b.v WHEN MATCHED THEN UPDATE", "id name real v"),
    (f"MERGE INTO lake.t USING {ROW} AS b ON t.id = b.v WHEN MATCHED THEN UPDATE SET id = b.v, v = 0", "v"),
    (f"MERGE INTO lake.t USING {ROW} AS b USING (id) WHEN MATCHED THEN UPDATE SET id = b.id", "id"),
    ("UPDATE lake.t SET v = 1, id = id", "id v"),
])
def test_what_is_set(extension: Path, tmp_path: Path, statement: str, columns: str) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (id INTEGER, name VARCHAR, real DOUBLE, v INTEGER)")
    connection.execute("INSERT INTO lake.t VALUES (1, 'a', 1.5, 2)")
    lines = [line.strip(" │") for line in connection.execute(f"EXPLAIN {statement}").fetchone()[1].splitlines()]
    first = lines.index("Set:") if "Set:" in lines else None
    if first is None:
        assert next(line for line in lines if line.startswith("Set:")).removeprefix("Set:").split() == columns.split()
        return
    named = []
    for line in lines[first + 1:]:
        if not line.isidentifier():
            break
        named.append(line)
    assert named == columns.split()
