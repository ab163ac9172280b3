"""Many small commits in a row.   small_inserts.py ENGINE FOLDER COMMITS ROWS
Reports commits per second over the first and over the last fifth, so that growth with the log shows."""

import json
import shutil
import sys
import time

from engines import merganser_connection, plain_connection


def main() -> None:
    engine, folder, commits, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    shutil.rmtree(folder, ignore_errors=True)
    source = f"SELECT range AS id, range % 97 AS k, 'name ' || range AS name, range / 7.0 AS v FROM range({rows})"
    if engine == "merganser":
        connection = merganser_connection()
        connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        connection.execute(f"CREATE TABLE lake.t AS {source} LIMIT 0")

        def commit() -> None:
            connection.execute(f"INSERT INTO lake.t {source}")
    else:
        from deltalake import write_deltalake

        connection = plain_connection()

        def commit() -> None:
            write_deltalake(f"{folder}/t", connection.execute(source).to_arrow_reader(100_000), mode="append")
    times = []
    for _ in range(commits):
        start = time.perf_counter()
        commit()
        times.append(time.perf_counter() - start)
    fifth = max(1, commits // 5)
    print(json.dumps({"per_second": commits / sum(times), "first_fifth_per_second": fifth / sum(times[:fifth]),
                      "last_fifth_per_second": fifth / sum(times[-fifth:])}))


if __name__ == "__main__":
    main()
