#!/usr/bin/env python3
"""Fills .deps with what tools/pins.toml and tools/requirements/ list. Called by tools/setup.sh with stage names.

Every part has a stamp that carries the hash of its pins, so a part is fetched again only when its pins changed. A part
is unpacked aside and renamed into place: an interrupted run leaves no half-filled folder behind a stamp.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Callable

TOOLS = Path(__file__).resolve().parent
DEPS = Path(os.environ.get("MERGANSER_DEPS", TOOLS.parent / ".deps"))
STAMPS = DEPS / "stamps"
DOWNLOADS = DEPS / "downloads"


def run(command: list[str], **options) -> None:
    print("+", " ".join(str(part) for part in command), flush=True)
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, **options)


def check_sha256(file: Path, expected: str) -> None:
    actual = hashlib.sha256(file.read_bytes()).hexdigest()
    if actual != expected:
        file.unlink()
        raise SystemExit(f"{file.name}: SHA-256 is {actual}, tools/ pins {expected}. The download was deleted.")


def once(name: str, pins: str, work: Callable[[], None]) -> None:
    """Runs work unless the stamp of these pins is there."""
    stamp = STAMPS / f"{name}-{hashlib.sha256(pins.encode()).hexdigest()[:16]}"
    if stamp.exists():
        return
    print(f"== {name}", flush=True)
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    for old in STAMPS.glob(f"{name}-????????????????"):
        old.unlink()
    stamp.touch()


def replace(built: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        doomed = target.with_name(target.name + ".old")
        shutil.rmtree(doomed, ignore_errors=True)
        target.rename(doomed)
        built.rename(target)
        shutil.rmtree(doomed)
    else:
        built.rename(target)


# --- Python environments ----------------------------------------------------------------------------------------


def venv(name: str) -> Path:
    """.deps/<name> with exactly requirements/<name>.txt in it, checked by hash."""
    requirements = TOOLS / "requirements" / f"{name}.txt"
    target = DEPS / ("venv" if name == "test" else f"venv-{name}")

    def build() -> None:
        shutil.rmtree(target, ignore_errors=True)
        run([sys.executable, "-m", "venv", target])
        pip = [target / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--require-hashes", "--no-deps"]
        if name == "spark":  # source only: its build backend comes first, from the same pinned list
            lines = requirements.read_text().replace("\\\n", " ").splitlines()
            backend = DEPS / "spark-backend.txt"
            backend.write_text("\n".join(line for line in lines if line.startswith(("setuptools=", "wheel=",
                                                                                      "packaging="))))
            run(pip + ["-r", backend])
            backend.unlink()
            pip.append("--no-build-isolation")
        run(pip + ["-r", requirements])

    once(f"venv-{name}", requirements.read_text() + sys.version, build)
    return target


# --- source distributions ---------------------------------------------------------------------------------------


def download_sdist(name: str, pin: dict) -> Path:
    archive = DOWNLOADS / f"{name}-{pin['version']}.tar.gz"
    if not archive.exists():
        DOWNLOADS.mkdir(parents=True, exist_ok=True)
        backends = venv("fetch")
        with tempfile.TemporaryDirectory(dir=DEPS) as folder:
            # The hash goes to pip as well: it refuses before it runs the archive's build backend.
            wanted = Path(folder) / "wanted.txt"
            wanted.write_text(f"{name}=={pin['version']} --hash=sha256:{pin['sha256']}\n")
            environment = dict(os.environ, PATH=f"{backends / 'bin'}:{os.environ['PATH']}")
            run([backends / "bin" / "python", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                 "--no-deps", "--no-build-isolation", "--no-binary", name, "--require-hashes", "-d", folder,
                 "-r", wanted], env=environment)
            replace(Path(folder) / archive.name, archive)
    check_sha256(archive, pin["sha256"])
    return archive


def fetch_sdist(name: str, pin: dict) -> None:
    archive = download_sdist(name, pin)
    with tempfile.TemporaryDirectory(dir=DEPS) as folder:
        with tarfile.open(archive) as tar:
            # The filter came with a patch release; the archive's hash is checked either way.
            tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        root = Path(folder) / f"{name}-{pin['version']}"
        for source, target in pin["extract"].items():
            replace(root / source if source else root, DEPS / target)
    for packed in pin.get("unzip", []):
        with zipfile.ZipFile(DEPS / packed) as zipped:
            zipped.extractall((DEPS / packed).parent)


# --- DuckDB's static libraries ------------------------------------------------------------------------------------


def h1(archive: zipfile.ZipFile) -> str:
    """Go's h1: the SHA-256 of the sorted list of '<sha256>  <name>' lines."""
    summary = hashlib.sha256()
    for name in sorted(archive.namelist()):
        summary.update(f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def fetch_go_module(pin: dict) -> None:
    module = f"{pin['path']}@{pin['version']}"
    with tempfile.TemporaryDirectory(dir=DEPS) as folder:
        # GOSUMDB=off: the sum is checked here, against our pin. A Go older than the module asks for exits with an
        # error after it fetched the archive, which is all we want, so the answer counts and not the exit code.
        environment = dict(os.environ, GOFLAGS="-mod=mod", GOTOOLCHAIN="local", GOSUMDB="off")
        print("+ go mod download -json", module, flush=True)
        answer = subprocess.run(["go", "mod", "download", "-json", module], cwd=folder, env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        found = json.loads(answer.stdout or "{}")
        if not found.get("Zip"):
            raise SystemExit(f"go could not download {module}: {found.get('Error', 'see above')}")
        libraries = Path(folder) / "lib"
        libraries.mkdir()
        with zipfile.ZipFile(found["Zip"]) as archive:
            actual = h1(archive)
            if actual != pin["sum"]:
                raise SystemExit(f"{module}: sum is {actual}, tools/pins.toml says {pin['sum']}")
            for name in archive.namelist():
                if name.endswith((".a", "LICENSE")):
                    (libraries / Path(name).name).write_bytes(archive.read(name))
        replace(libraries, DEPS / "duckdb" / "lib")


# --- Spark ----------------------------------------------------------------------------------------------------------


def fetch_spark_jars(pins: dict) -> None:
    with tempfile.TemporaryDirectory(dir=DEPS) as folder:
        jars = Path(folder) / "jars"
        # The plugin by its full name: Debian's maven knows an older one that is not to be had.
        run(["mvn", "-q", "-B", "--strict-checksums", "-f", TOOLS / "spark" / "pom.xml",
             "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
             f"-DoutputDirectory={jars}", "-DincludeScope=runtime"])
        names = {jar.name for jar in jars.iterdir()}
        if names != set(pins):
            raise SystemExit(f"maven gave {sorted(names ^ set(pins))} too many or too few; see tools/pins.toml")
        for name, sha256 in pins.items():
            check_sha256(jars / name, sha256)
        replace(jars, DEPS / "spark-jars")


def main(stages: set[str]) -> None:
    DEPS.mkdir(exist_ok=True)
    pins = tomllib.loads((TOOLS / "pins.toml").read_text())
    for name, pin in pins["sdist"].items():
        if stages & set(pin["stages"]):
            once(f"sdist-{name}", json.dumps(pin), lambda: fetch_sdist(name, pin))
    if stages & set(pins["go_module"]["stages"]):
        once("go-module", json.dumps(pins["go_module"]), lambda: fetch_go_module(pins["go_module"]))
    if stages & {"test", "demo", "bench"}:
        venv("test")
    if "bench" in stages:
        venv("bench")
    if "spark" in stages:
        venv("spark")
        once("spark-jars", json.dumps(pins["spark_jars"]) + (TOOLS / "spark" / "pom.xml").read_text(),
             lambda: fetch_spark_jars(pins["spark_jars"]))


if __name__ == "__main__":
    main(set(sys.argv[1:]))
