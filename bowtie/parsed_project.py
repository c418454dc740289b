"""The project as dbt has parsed it, kept: parsing costs as much as many models do.

A parsed project holds the models' text, not their SQL, which dbt writes anew in every
run. So it is good for any run of the same files and versions, whatever its vars, but
for the few that say which nodes there are (`_READ_BY_DBT_ITSELF`); a test parses under
others and compares.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Any

from bowtie.hashing import sha256_of_code
from bowtie.paths import PROJECT_DIR

# All that dbt reads. Rows of seeds too: what a policy's version is, dbt takes from them
# while it parses.
_READ_BY_DBT = (
    "dbt_project.yml",
    "profiles.yml",
    "models",
    "macros",
    "seeds",
    "tests/data",
    "analyses",
)
# Vars that change which models and sources there are, or what they depend on. All
# others change the SQL of models alone.
_READ_BY_DBT_ITSELF = ("raw_way", "raw_schema", "raw_database")
# Of this one only whether it is given: it says whether usage is built in full.
_WEEKS = "changed_usage_weeks"
_KEPT = 8


def place_of(switches: Mapping[str, Any], database: Path) -> Path:
    """Return the file that keeps the project as it is parsed; it may be absent.

    It is in the folder that dbt itself writes to, and holds code only.

    Args:
        switches: dbt vars that replace the defaults.
        database: where dbt builds; its name is a part of each table's.

    """
    said = {
        "code": sha256_of_code(_READ_BY_DBT),
        "vars": [switches.get(name) for name in _READ_BY_DBT_ITSELF],
        "weeks": switches.get(_WEEKS) is None,
        "folder": str(PROJECT_DIR),
        "database": database.stem,
        "versions": [version("dbt-core"), version("dbt-duckdb")],
    }
    name = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode())
    folder = PROJECT_DIR / "target" / "parsed"
    return folder / f"{name.hexdigest()[:32]}.msgpack"


def read(place: Path) -> Any:
    """Return dbt's manifest that a file keeps; None if there is none to be had."""
    from dbt.contracts.graph.manifest import Manifest

    try:
        manifest = Manifest.from_msgpack(place.read_bytes())
    except Exception:  # Half a file, or of another dbt: it is parsed again.
        return None
    # What models see as `graph`; dbt makes it each time that it has parsed.
    manifest.build_flat_graph()
    return manifest


def keep(target: Path, place: Path) -> None:
    """Keep what dbt has parsed into a target folder, in one step; or nothing."""
    parsed = target / "partial_parse.msgpack"
    draft = place.with_suffix(f".{token_hex(4)}")
    # Whoever may not write here parses in every run.
    with suppress(OSError):
        content = parsed.read_bytes()
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        for old in sorted(place.parent.iterdir(), key=os.path.getmtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
