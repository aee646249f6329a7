"""Digests: one algorithm, one spelling."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec


def sha256_bytes(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The same over a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_json(value: Any) -> str:
    """The same over a value's canonical JSON: keys sorted, no spaces.

    >>> sha256_json({"b": 1, "a": 2}) == sha256_json({"a": 2, "b": 1})
    True
    """
    return sha256_bytes(msgspec.json.encode(value, order="deterministic"))
