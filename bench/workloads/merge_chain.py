"""One operation of the merge chain.   merge_chain.py ENGINE OPERATION FOLDER SOURCE_PARQUET
The table it starts from.              merge_chain.py ENGINE full|half FOLDER SOURCE_PARQUET

The operation runs on a folder that was seeded before. Timed: building the TEMP batch and the statement. Prints
seconds, the peak memory up to there, and as its answer the number of rows and a checksum that does not depend on
their order."""

import json
import sys

from engines import Stopwatch, peak_mb
from merge_operations import OPERATIONS, PARTS
from merge_peers import PEERS

CHECKSUM = ("SELECT count(*), sum(l_quantity)::VARCHAR, sum(l_extendedprice)::VARCHAR, "
            "sum(hash(x))::VARCHAR FROM {0} AS x")


def seed_view(source: str, part: str) -> str:
    return f"CREATE TEMP VIEW seed AS FROM read_parquet('{source}') WHERE {PARTS[part]}"


def seed(peer, source: str, part: str) -> dict:
    peer.execute(seed_view(source, part))
    peer.create()
    return {"seeded": part}


def change(peer, source: str, name: str) -> dict:
    operation = OPERATIONS[name]
    peer.execute(seed_view(source, operation.part))
    with Stopwatch() as watch:
        peer.execute(f"CREATE TEMP TABLE batch AS {operation.batch}")
        peer.change(name)
    peak = peak_mb()
    return {"seconds": watch.seconds, "peak_mb": peak, "answer": "/".join(map(str, peer.first_row(CHECKSUM)))}


def main() -> None:
    engine, what, folder, source = sys.argv[1:5]
    peer = PEERS[engine](folder)
    result = seed(peer, source, what) if what in PARTS else change(peer, source, what)
    peer.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
