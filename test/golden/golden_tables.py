"""The published Delta tables that we test against: where they are, and what test/golden/README.md says of each."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("MERGANSER_TEST_DATA", CHECKOUT.parent / "shared" / "data")) / "delta-kernel"
CATALOGUE = Path(__file__).with_name("README.md")
ARCHIVE = ".tar.zst"


@dataclass(frozen=True)
class GoldenTable:
    """One row of the catalogue."""

    name: str
    features: str
    outcome: str

    @property
    def archive(self) -> str:
        """The archive or folder below DATA that holds it: `golden/x`, and `tables/x` for `tables/x/name`."""
        return "/".join(self.name.split("/")[:2])


def read_catalogue() -> list[GoldenTable]:
    row = re.compile(r"^\| `([^`]+)` \| (.*?) \| (.*?) \|$")
    return [GoldenTable(*match.groups()) for line in CATALOGUE.read_text().splitlines() if (match := row.match(line))]


def published() -> set[str]:
    """Every archive and folder that is there, as GoldenTable.archive names them."""
    names = set()
    for group in ("golden", "tables"):
        for path in (DATA / group).iterdir():
            if path.is_dir() or path.name.endswith(ARCHIVE):
                names.add(f"{group}/{path.name.removesuffix(ARCHIVE)}")
    return names


def unpack(archive: str, folder: Path) -> Path:
    """The folder with the table's files: unpacked below `folder`, or where it is when it is not packed."""
    packed = DATA / (archive + ARCHIVE)
    if not packed.exists():
        return DATA / archive
    target = folder / archive
    if not target.exists():
        target.mkdir(parents=True)
        subprocess.run(["tar", "--zstd", "-xf", packed, "-C", target], check=True, stderr=subprocess.DEVNULL)
    inner = target / packed.name.removesuffix(ARCHIVE)
    return inner if inner.is_dir() else target
