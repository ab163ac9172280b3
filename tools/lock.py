#!/usr/bin/env python3
"""Writes tools/requirements/<name>.txt, with hashes for every supported Python, from <name>.in.

A developer's tool: run it after editing an .in file, look at the difference, commit both.
Usage: tools/lock.py test spark fetch
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON_VERSIONS = ["3.11", "3.12"]  # Debian 12, Ubuntu 24.04
PLATFORMS = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"]
FOLDER = Path(__file__).parent / "requirements"
# Published as source only; the build backend is pinned in requirements/fetch.in.
SOURCE_ONLY = {"pyspark"}


def download(source: Path, version: str, target: Path) -> None:
    wanted = [line.split("#")[0].strip() for line in source.read_text().splitlines()]
    from_source = [w for w in wanted if w and re.split("[=<>\\[]", w)[0] in SOURCE_ONLY]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(target)]
    if from_source:
        subprocess.run(command + ["--no-deps", "--no-binary", ",".join(SOURCE_ONLY)] + from_source, check=True)
    platforms = [arg for platform in PLATFORMS for arg in ("--platform", platform)]
    subprocess.run(command + ["--only-binary", ":all:", "--python-version", version, *platforms,
                              "--find-links", str(target)]
                   + (["--no-deps"] if from_source else [])
                   + [w for w in wanted if w and w not in from_source], check=True)


def name_and_version(file: Path) -> tuple[str, str]:
    if file.suffix == ".whl":
        name, version = file.name.split("-")[:2]
    else:
        name, version = file.name.removesuffix(".tar.gz").rsplit("-", 1)
    return re.sub(r"[-_.]+", "-", name).lower(), version


def lock(name: str) -> None:
    hashes: dict[str, dict[str, set[str]]] = {}
    for version in PYTHON_VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            download(FOLDER / f"{name}.in", version, Path(folder))
            for file in Path(folder).iterdir():
                package, release = name_and_version(file)
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                hashes.setdefault(package, {}).setdefault(release, set()).add(digest)
    lines = [f"# Written by tools/lock.py from {name}.in for Python {' and '.join(PYTHON_VERSIONS)}; do not edit."]
    for package in sorted(hashes):
        if len(hashes[package]) > 1:
            raise SystemExit(f"{package} resolves to {sorted(hashes[package])}: pin one version in {name}.in")
        for release, digests in hashes[package].items():
            lines.append(f"{package}=={release} \\")
            lines.append(" \\\n".join(f"    --hash=sha256:{digest}" for digest in sorted(digests)))
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    for requested in sys.argv[1:]:
        lock(requested)
