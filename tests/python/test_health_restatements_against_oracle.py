"""Scores that differ from an earlier generation's, against plain Python.

The sample has no generation before it, so some of its scores are altered, and the model
is rendered as dbt renders it where an earlier generation is named.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from oracle.comparison import compare
from oracle.restated_health import restatements
from rows import rows_of, write_rows

MODEL = "models/marts/health/health_restatements.sql"
VERSION = "macros/health/health_policy_version.sql"
# On a Wednesday the week before is over, on a Sunday the one that holds it too, and a
# day after the sample's the week that runs in the sample. With the policy of then.
EARLIER = {
    date(2025, 12, 17): None,
    date(2025, 12, 21): "an older policy",
    date(2026, 1, 7): None,
}
SCORES = """
    from bowtie.health.health_scores
    where week > '2025-10-20' and hash(account_id) % 40 = 0
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Relation:
    """A table, by the name that a model gives it."""

    name: str

    def include(self, database: bool) -> str:
        return str(self) if database else f"health.{self.name}"

    def __str__(self) -> str:
        return f"memory.health.{self.name}"


def rendered(project: Path) -> str:
    """Return the model's SQL beside an earlier generation."""
    template = jinja2.Template((project / MODEL).read_text("utf-8"))
    return template.render(
        earlier_generation=lambda: "earlier.",
        config=lambda **_: "",
        ref=Relation,
        is_erased=lambda column: f"{column} in ('erased')",
        add_days=lambda day, days: f"({day} + {days})",
    )


def as_published(
    chance: random.Random, rows: list[Row], as_of: date, version: str | None
) -> list[Row]:
    """Return what a generation of some day could have said of such scores."""
    published = []
    for row in rows:
        if row["week"] > as_of or chance.random() < 0.1:
            continue
        row = {**row, "taken_on": min(row["week"] + timedelta(days=6), as_of)}
        row["is_current"] = as_of < row["week"] + timedelta(weeks=1)
        if chance.random() < 0.3:
            row["score"] = chance.choice([None, Decimal(0), Decimal("61.5")])
        if chance.random() < 0.3:
            row["raw_band"] = chance.choice(["green", "unscored"])
        if chance.random() < 0.5:
            row["coverage"] = chance.choice([Decimal(0), Decimal(1)])
        published.append({**row, "policy_version": version or row["policy_version"]})
    # Of whom nothing may be listed any more.
    known = next(row for row in published if row["week"] == date(2025, 11, 17))
    return [*published, {**known, "account_id": "erased"}]


@pytest.mark.parametrize("earlier_day", EARLIER)
def test_every_restated_week_is_listed_with_its_reason(
    sample_warehouse, project_dir, earlier_day
):
    chance = random.Random(earlier_day.isoformat())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as bowtie (read_only)")
        connection.execute("attach ':memory:' as earlier")
        for database in ("memory", "earlier"):
            connection.execute(f"create schema {database}.health")
            table = f"{database}.health.health_scores"
            connection.execute(f"create table {table} as {SCORES}")
        now = rows_of(connection, f"{SCORES} order by all")
        for row in now:
            if chance.random() < 0.2:
                row["score"] = chance.choice([None, Decimal(0)])
        published = as_published(chance, now, earlier_day, EARLIER[earlier_day])
        write_rows(connection, "earlier.health.health_scores", published)
        # A week older than those that are kept now.
        now = [
            row
            for row in now
            if row["week"] > date(2025, 11, 3) and chance.random() > 0.1
        ]
        write_rows(connection, "memory.health.health_scores", now)
        found = rows_of(connection, rendered(project_dir))
    expected = list(restatements(published[:-1], now))
    assert set(found[0]) == set(expected[0])
    assert compare(expected, found, ("account_id", "week")) == []
    reasons = {row["main_reason"] for row in found}
    assert {"became a customer then", "was no customer then"} < reasons


@pytest.mark.parametrize("switch", ["fx_reference_date", "health_minimum_coverage"])
def test_scores_under_another_switch_have_another_policy_version(project_dir, switch):
    def version(**switches: str) -> str:
        macro = (project_dir / VERSION).read_text("utf-8")
        said: list[str] = []
        environment = jinja2.Environment(extensions=["jinja2.ext.do"])
        environment.from_string(macro + "{{ health_policy_version() }}").render(
            policy_seeds=list,
            var=lambda name: switches.get(name),
            local_md5=lambda text: hashlib.md5(text.encode()).hexdigest(),
            **{"return": said.append},
        )
        return said[0]

    assert version() == version()
    assert version() != version(**{switch: "2024-06-30"})
