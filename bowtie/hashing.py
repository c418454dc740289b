"""What a file holds, as a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bowtie.paths import PROJECT_DIR

_CODE = {".csv", ".md", ".py", ".sql", ".yml"}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_code(places: Iterable[str]) -> str:
    """Return one SHA-256 over names and contents of the project's code, in hex.

    Args:
        places: files, and folders with all that is below them, from the project's own
            folder; one that is not there counts for nothing.

    """
    digest = hashlib.sha256()
    for name in places:
        place = PROJECT_DIR / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in _CODE and path.is_file():
                named = path.relative_to(PROJECT_DIR).as_posix()
                digest.update(f"{named} {sha256_of(path)}\n".encode())
    return digest.hexdigest()
