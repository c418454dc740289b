"""A project that is kept as it was parsed is the one that a run would parse itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from benchmarks.compiled_models import run_dbt
from bowtie import parsed_project
from bowtie.paths import PROJECT_DIR

# As a run says them, so that what another test has parsed may serve here.
FIRST = {
    "raw_way": "files",
    "raw_dir": "/tmp/one",
    "as_of_date": "2025-06-30",
    "landing_dir": "/tmp/landed",
    "restated_against": None,
    "erased_accounts": [],
    "changed_usage_weeks": None,
}
# Another value of each var that is no number.
OTHER = {
    "raw_dir": "/tmp/two",
    "landing_dir": None,
    "erased_accounts": ["0123456789abcdef0123456789abcdef"],
    "as_of_date": "2021-02-28",
    "business_timezone": "Europe/Berlin",
    "dates_from": "2011-01-01",
    "dates_to": "2034-12-31",
    "reporting_currency": "EUR",
    "currency_policy": "historical",
    "fx_reference_date": "2020-06-30",
    "account_grain": "parent",
    "reactivation_window_days": 45,
    "announced_values": {"crm_activities.purpose": ["audit"]},
    "restated_against": "/tmp/earlier.duckdb",
}


def other_vars() -> dict[str, Any]:
    """Return another value of every var that the project has and dbt does not read."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text("utf-8"))
    others = {
        # Rates end at 1, whole numbers do not.
        name: OTHER[name] if name in OTHER else value / 2 if value < 1 else value + 1
        for name, value in project["vars"].items()
        if name not in (*parsed_project._READ_BY_DBT_ITSELF, parsed_project._WEEKS)
    }
    return {**FIRST, **others}


def parsed(content: bytes) -> dict[str, Any]:
    """Return what dbt knows of a project, without the times at which it learnt it."""
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(content)
    kinds = (manifest.nodes, manifest.unit_tests, manifest.macros, manifest.sources)
    return {
        key: {
            name: value for name, value in node.to_dict().items() if name not in _TIMES
        }
        for kind in kinds
        for key, node in kind.items()
    }


_TIMES = {"created_at", "build_path", "compiled_path"}


def test_vars_that_only_models_read_change_nothing_that_is_kept(tmp_path: Path) -> None:
    database = tmp_path / "bowtie.duckdb"
    place = parsed_project.place_of(FIRST, database)
    assert place == parsed_project.place_of(other_vars(), database)
    kept_in, anew_in = tmp_path / "kept", tmp_path / "anew"
    run_dbt("parse", variables=FIRST, database=database, target=kept_in)
    run_dbt(
        "parse",
        variables=other_vars(),
        database=database,
        target=anew_in,
        reads_back=False,
    )
    kept = parsed(place.read_bytes())
    anew = parsed((anew_in / "partial_parse.msgpack").read_bytes())
    assert [key for key in anew if anew[key] != kept.get(key)] == []
    assert kept.keys() == anew.keys()


def test_what_else_could_differ_is_kept_apart(tmp_path: Path) -> None:
    database = tmp_path / "bowtie.duckdb"
    places = {
        parsed_project.place_of({**FIRST, **more}, database)
        for more in (
            {},
            {"raw_way": "sample"},
            {"raw_schema": "landing"},
            {"changed_usage_weeks": []},
        )
    }
    places.add(parsed_project.place_of(FIRST, tmp_path / "other.duckdb"))
    assert len(places) == 5


def test_half_a_file_is_parsed_again(tmp_path: Path) -> None:
    place = tmp_path / "half.msgpack"
    assert parsed_project.read(place) is None
    place.write_bytes(b"\x81\xa5nodes")
    assert parsed_project.read(place) is None
