"""Writes a wide table of strings in many row groups.   parquet_footer.py FOLDER [RUNS]
What completing the footers costs: the same with an extension that leaves them as they are (MERGANSER_EXTENSION)."""

import json
import shutil
import sys
import time

from engines import Stopwatch, merganser_connection

COLUMNS = 40
ROWS = 1_000_000


def main() -> None:
    folder, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    connection = merganser_connection()
    columns = ", ".join(f"'value ' || ((i * {n + 1}) % 1000) AS c{n}" for n in range(COLUMNS))
    connection.execute(f"CREATE TABLE source AS SELECT {columns} FROM range({ROWS}) r(i)")
    seconds, cpu_seconds = [], []
    for _ in range(runs):
        shutil.rmtree(folder, ignore_errors=True)
        connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        cpu_start = time.process_time()
        with Stopwatch() as watch:
            connection.execute("CREATE TABLE lake.main.wide AS FROM memory.main.source")
        seconds.append(watch.seconds)
        cpu_seconds.append(time.process_time() - cpu_start)
        connection.execute("DETACH lake")
    print(json.dumps({"seconds": min(seconds), "cpu_seconds": min(cpu_seconds)}))


if __name__ == "__main__":
    main()
