"""Reads the demo's flights with delta-rs, Polars and DuckDB's delta extension; compares with Merganser's answer."""

import json
import pathlib
import subprocess
import sys

import deltalake
import duckdb
import duckdb_extension_delta
import polars

COLUMNS = ("flights", "late", "miles")
QUESTION = "SELECT count(*) AS flights, sum(arr_delay) AS late, sum(distance) AS miles FROM {}"


def ask_merganser(shell: str, lake: str) -> tuple:
    """The answer that the other engines must give too."""
    text = subprocess.run([shell, lake, "--json", "-c", QUESTION.format("nyc.flights")],
                          check=True, capture_output=True, text=True).stdout
    row = json.loads(text)[0]
    return tuple(int(row[column]) for column in COLUMNS)


def ask_delta_rs(table: str) -> tuple:
    arrow = deltalake.DeltaTable(table).to_pyarrow_table(columns=["arr_delay", "distance"])
    return duckdb.connect().execute(QUESTION.format("arrow")).fetchone()


def ask_polars(table: str) -> tuple:
    frame = polars.scan_delta(table).select(
        polars.len().alias("flights"),
        polars.col("arr_delay").cast(polars.Int64).sum().alias("late"),
        polars.col("distance").cast(polars.Int64).sum().alias("miles"))
    return frame.collect().row(0)


def ask_duckdb_delta(table: str) -> tuple:
    connection = duckdb.connect()
    folder = pathlib.Path(duckdb_extension_delta.__file__).parent
    connection.execute(f"LOAD '{next(folder.rglob('delta.duckdb_extension'))}'")
    return connection.execute(QUESTION.format(f"delta_scan('{table}')")).fetchone()


def main() -> int:
    shell, lake = sys.argv[1], sys.argv[2]
    table = str(pathlib.Path(lake, "nyc", "flights").resolve())
    expected = ask_merganser(shell, lake)
    print(f"  {'Merganser':<28} {expected[0]:>9,} flights {expected[1]:>11,} minutes late {expected[2]:>13,} miles")
    failures = 0
    for name, ask in (("delta-rs " + deltalake.__version__, ask_delta_rs), ("Polars " + polars.__version__, ask_polars),
                      ("DuckDB delta extension", ask_duckdb_delta)):
        answer = tuple(int(value) for value in ask(table))
        same = answer == expected
        failures += not same
        print(f"  {name:<28} {answer[0]:>9,} flights {answer[1]:>11,} minutes late {answer[2]:>13,} miles  "
              f"{'equal' if same else 'DIFFERENT'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
