"""Limit (b): a dbt project with as many nodes as another, and nothing in them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

_PROJECT = """\
name: empty
version: "1.0"
profile: empty
flags: {send_anonymous_usage_stats: false}
models: {empty: {+materialized: table}}
"""
_PROFILE = """\
empty:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('BOWTIE_DATABASE') }}", threads: 1}
"""


def node_counts(manifest: Path) -> Counter[str]:
    """Return how many nodes of each kind a dbt manifest has, views apart."""
    read = json.loads(manifest.read_text(encoding="utf-8"))
    kinds = Counter(
        "view" if node["config"]["materialized"] == "view" else node["resource_type"]
        for node in read["nodes"].values()
        if node["resource_type"] in ("model", "test", "seed")
    )
    kinds["unit_test"] = len(read["unit_tests"])
    return kinds


def write_empty_project(folder: Path, counts: Counter[str]) -> Path:
    """Write a project with that many nodes of each kind; return its folder."""
    for name in ("models", "seeds", "tests"):
        (folder / name).mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(_PROJECT)
    (folder / "profiles.yml").write_text(_PROFILE)
    for number in range(counts["model"]):
        (folder / "models" / f"table_{number}.sql").write_text("select 1 as number")
    for number in range(counts["view"]):
        (folder / "models" / f"view_{number}.sql").write_text(
            "{{ config(materialized='view') }} select 1 as number"
        )
    for number in range(counts["seed"]):
        (folder / "seeds" / f"seed_{number}.csv").write_text("number\n1\n")
    for number in range(counts["test"]):
        table = number % counts["model"]
        (folder / "tests" / f"test_{number}.sql").write_text(
            f"select * from {{{{ ref('table_{table}') }}}} where number <> 1"
        )
    unit_tests = [
        {
            "name": f"unit_test_{number}",
            "model": f"table_{number % counts['model']}",
            "given": [],
            "expect": {"rows": [{"number": 1}]},
        }
        for number in range(counts["unit_test"])
    ]
    # JSON is YAML.
    (folder / "models" / "unit_tests.yml").write_text(
        json.dumps({"version": 2, "unit_tests": unit_tests})
    )
    return folder
