"""Which code made a generation: versions, commit, and a hash of all that decides."""

from __future__ import annotations

import subprocess
from importlib.metadata import version

from bowtie.hashing import sha256_of_code
from bowtie.paths import PROJECT_DIR

_DECIDES = (
    "dbt_project.yml",
    "profiles.yml",
    "bowtie",
    "models",
    "macros",
    "seeds",
    "tests/data",
    "expectations",
)


def code_version() -> dict[str, str | None]:
    """Return the versions of the packages, the commit if there is one, and the hash."""
    packages = ("bowtie", "dbt-core", "dbt-duckdb", "duckdb")
    return {
        **{name: version(name) for name in packages},
        "commit": _commit(),
        "code_sha256": sha256_of_code(_DECIDES),
    }


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
