"""The process that is killed while it optimizes tables that others change.   optimizer.py EXTENSION LAKE NAME SEED"""

import random
import sys

import duckdb

from change_writer import TABLES


def main() -> None:
    extension, lake, _, seed = sys.argv[1:]
    choice = random.Random(int(seed))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
    print("ready", flush=True)
    while True:
        table = choice.choice(TABLES)
        clustered = choice.choice(["", ", cluster_by => ['number', 'v']"])
        connection.execute(f"CALL merganser_optimize('lake.{table}', purge => true{clustered})")


if __name__ == "__main__":
    main()
