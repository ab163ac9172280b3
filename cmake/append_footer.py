#!/usr/bin/env python3
"""Copies a shared library and appends the metadata footer that DuckDB wants before it loads an extension."""

import argparse
import os

FIELD_BYTES = 32
SIGNATURE_BYTES = 256
SECTION_START = bytes([0x00, 0x93, 0x04, 0x10]) + b"duckdb_signature" + bytes([0x80, 0x04])


def field(text: str) -> bytes:
    data = text.encode()
    if len(data) > FIELD_BYTES:
        raise SystemExit(f"footer field '{text}' is longer than {FIELD_BYTES} bytes")
    return data.ljust(FIELD_BYTES, b"\0")


def footer(extension_version: str, duckdb_version: str, platform: str) -> bytes:
    fields = ["", "", "", "CPP", extension_version, duckdb_version, platform, "4"]
    return SECTION_START + b"".join(field(f) for f in fields) + bytes(SIGNATURE_BYTES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library")
    parser.add_argument("output")
    parser.add_argument("--extension-version", required=True)
    parser.add_argument("--duckdb-version", required=True)
    parser.add_argument("--platform", required=True)
    args = parser.parse_args()
    with open(args.library, "rb") as source:
        data = source.read()
    # Written aside and renamed: a process that has the old file mapped keeps it.
    aside = args.output + ".part"
    with open(aside, "wb") as target:
        target.write(data)
        target.write(footer(args.extension_version, args.duckdb_version, args.platform))
    os.replace(aside, args.output)


if __name__ == "__main__":
    main()
