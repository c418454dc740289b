"""Which code made a generation: versions, commit, and a hash of all that decides."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.metadata import version

from bowtie.hashing import sha256_of
from bowtie.paths import PROJECT_DIR

_DECIDES = ("bowtie", "models", "macros", "seeds", "tests/data", "expectations")
_SUFFIXES = {".py", ".sql", ".yml", ".csv"}


def code_version() -> dict[str, str | None]:
    """Return the versions of the packages, the commit if there is one, and the hash."""
    packages = ("bowtie", "dbt-core", "dbt-duckdb", "duckdb")
    return {
        **{name: version(name) for name in packages},
        "commit": _commit(),
        "code_sha256": _code_hash(),
    }


def _code_hash() -> str:
    """Return one hash over names and contents of all files that decide a figure."""
    digest = hashlib.sha256()
    files = [PROJECT_DIR / "dbt_project.yml", PROJECT_DIR / "profiles.yml"]
    for folder in _DECIDES:
        files += [
            path
            for path in sorted((PROJECT_DIR / folder).rglob("*"))
            if path.suffix in _SUFFIXES
        ]
    for path in files:
        name = path.relative_to(PROJECT_DIR).as_posix()
        digest.update(f"{name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def _commit() -> str | None:
    """Return the commit that is checked out; none without git, or in its clone's."""
    try:
        told = subprocess.run(
            ["git", "rev-parse", "--show-prefix", "HEAD"],
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    prefix, commit = told.stdout.split("\n")[:2]
    return None if prefix else commit
