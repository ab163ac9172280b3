"""Many processes commit to one table.   concurrent_appends.py ENGINE FOLDER WRITERS COMMITS

Each writer appends batches of a thousand rows of its own keys; with merganser_mixed it inserts, updates and deletes
them in turn. Reports commits a second from the common start to the last end, and how many failed in spite of the
engine's own tries. Its answer is "as written" when the table holds just what the successful commits wrote."""

import json
import multiprocessing
import shutil
import sys
import time

from engines import merganser_connection, peak_mb, plain_connection

ROWS = 1000
KEYS_OF_A_WRITER = 10**9


def rows_of(start: int) -> str:
    return f"SELECT range AS id, 0 AS changes, 'name ' || range AS name FROM range({start}, {start + ROWS})"


class MerganserWriter:
    def __init__(self, folder: str, first: int, options: str = ""):
        self.connection = merganser_connection()
        self.connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        self.next, self.options = first, options

    def create(self) -> None:
        self.connection.execute(f"CREATE TABLE lake.t {self.options} AS {rows_of(self.next)} LIMIT 0")

    def commit(self, _) -> tuple[int, int]:
        """Returns by how much the table's rows and their changes must have grown."""
        self.connection.execute(f"INSERT INTO lake.t {rows_of(self.next)}")
        self.next += ROWS
        return ROWS, 0

    def totals(self) -> tuple:
        return self.connection.execute("SELECT count(*), coalesce(sum(changes), 0)::BIGINT FROM lake.t").fetchone()


class MixedWriter(MerganserWriter):
    """Inserts a batch, updates ten rows of it, deletes ten others; begins anew."""

    def commit(self, number: int) -> tuple[int, int]:
        last = self.next - ROWS
        if number % 3 == 0:
            return super().commit(number)
        if number % 3 == 1:
            changed = self.connection.execute(f"UPDATE lake.t SET changes = changes + 1 "
                                              f"WHERE id BETWEEN {last} AND {last + 9}").fetchone()[0]
            return 0, changed
        deleted = self.connection.execute(f"DELETE FROM lake.t WHERE id BETWEEN {last + 10} AND {last + 19}")
        return -deleted.fetchone()[0], 0


class DeltaRsWriter:
    def __init__(self, folder: str, first: int, tries: int | None = None):
        import deltalake

        self.deltalake = deltalake
        self.connection, self.folder, self.next = plain_connection(), f"{folder}/t", first
        self.properties = deltalake.CommitProperties(max_commit_retries=tries)

    def write(self, source: str) -> None:
        self.deltalake.write_deltalake(self.folder, self.connection.execute(source).to_arrow_reader(100_000),
                                       mode="append", commit_properties=self.properties)

    def create(self) -> None:
        self.write(f"{rows_of(self.next)} LIMIT 0")

    def commit(self, _) -> tuple[int, int]:
        self.write(rows_of(self.next))
        self.next += ROWS
        return ROWS, 0

    def totals(self) -> tuple:
        return self.deltalake.DeltaTable(self.folder).count(), 0


VECTORS = "WITH ('delta.enableDeletionVectors' = 'true')"
WRITERS = {
    "merganser": MerganserWriter,
    "merganser_mixed": MixedWriter,
    "merganser_mixed_dv": lambda folder, first: MixedWriter(folder, first, VECTORS),
    "delta_rs": DeltaRsWriter,
    "delta_rs_100": lambda folder, first: DeltaRsWriter(folder, first, 100),
}


def write(engine: str, folder: str, number: int, commits: int, start, results) -> None:
    """One writer, in a process of its own. A statement that fails is counted, and the next one comes."""
    writer = WRITERS[engine](folder, number * KEYS_OF_A_WRITER)
    rows, changes, failures = 0, 0, []
    start.wait()
    for commit in range(commits):
        try:
            more_rows, more_changes = writer.commit(commit)
            rows, changes = rows + more_rows, changes + more_changes
        except Exception as error:  # whatever the engine raises, its commit failed
            failures.append(f"{type(error).__name__}: {error}")
    results.put({"end": time.perf_counter(), "rows": rows, "changes": changes, "failures": failures,
                 "peak_mb": peak_mb()})


def run_writers(engine: str, folder: str, writers: int, commits: int) -> tuple[float, list]:
    """Starts them together; returns the seconds until the last one was done, and what each reports."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(writers + 1, timeout=120), context.Queue()
    processes = [context.Process(target=write, args=(engine, folder, number, commits, start, results))
                 for number in range(writers)]
    for process in processes:
        process.start()
    start.wait()
    begin = time.perf_counter()
    reports = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return max(report["end"] for report in reports) - begin, reports


def main() -> None:
    engine, folder, writers, commits = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    shutil.rmtree(folder, ignore_errors=True)
    WRITERS[engine](folder, 0).create()
    seconds, reports = run_writers(engine, folder, writers, commits)
    failures = [failure for report in reports for failure in report["failures"]]
    for failure in sorted(set(failures))[:3]:
        print(failure, file=sys.stderr)
    totals = WRITERS[engine](folder, 0).totals()
    expected = tuple(sum(report[name] for report in reports) for name in ("rows", "changes"))
    done = writers * commits - len(failures)
    print(json.dumps({"per_second": done / seconds, "commits": done, "failures": len(failures),
                      "peak_mb": sum(report["peak_mb"] for report in reports),
                      "answer": "as written" if totals == expected else f"{totals} and not {expected}"}))


if __name__ == "__main__":
    main()
