"""Health against the oracle: what is measured in the sample, and what comes of it.

What comes of it is compared on made-up measurements: they lie on the edges of the
policy and beyond them, are missing or stale; accounts change tier and stage, and people
override scores. The models run as the sample was compiled, on the committed policy and
on random ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import Compiled, compiled_in
from measured import measured_in
from oracle.health import HealthPolicies, Row, history
from rows import rows_of

AS_OF = date(2025, 12, 31)
WEEKS = [date(2025, 12, 29) - timedelta(weeks=back) for back in range(29, -1, -1)]
DRIVERS_FROM = WEEKS[-16]
ACCOUNTS = 40
# In the order in which they need each other.
MODELS = (
    "int_health_policies",
    "int_health_caps",
    "int_scorable_facts",
    "int_health_driver_points",
    "int_health_dimension_points",
    "int_undamped_health_scores",
    "health_scores",
    "health_driver_scores",
)
MEASURED = ("int_customer_weeks", "int_health_facts")
SEEDS = (
    "touch_tiers",
    "health_drivers",
    "health_dimensions",
    "health_caps",
    "health_bands",
    "health_overrides",
)
KNOWN_ON = {
    "seat_utilisation": "usage_known_on",
    "active_user_trend": "usage_known_on",
    "usage_frequency": "usage_known_on",
    "stickiness": "usage_known_on",
    "resolution_hours": "last_solved_on",
    "satisfaction": "last_rated_on",
    "nps": "last_surveyed_on",
    "csm_sentiment": "last_judged_on",
}

Policy = Callable[[duckdb.DuckDBPyConnection, random.Random], None]


def committed(bowtie: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Leave the policy as it is."""


def other_weights(bowtie: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Draw all weights, and leave some dimensions and drivers without any."""
    for seed, most in (("health_drivers", 12), ("health_dimensions", 40)):
        for (row,) in bowtie.execute(f"select rowid from policy.{seed}").fetchall():
            weight = chance.choice([0, 1, chance.randint(1, most)])
            bowtie.execute(
                f"update policy.{seed} set weight = ? where rowid = ?", [weight, row]
            )


def tiers_of_their_own(
    bowtie: duckdb.DuckDBPyConnection, chance: random.Random
) -> None:
    """Give tiers and stages rows of their own: drivers, dimensions, bands and caps."""
    bowtie.execute(
        """
        insert into policy.health_drivers
        select drivers.* replace (
            owner.tier as touch_tier, owner.stage as lifecycle_stage,
            weight + owner.more as weight, value_at_100 + owner.more as value_at_100
        )
        from (
            from policy.health_drivers
            where touch_tier = 'all' and lifecycle_stage = 'all'
        ) as drivers
        cross join (
            values ('high', 'all', 1), ('all', 'growth', 2), ('high', 'growth', 3)
        ) as owner(tier, stage, more)
        where
            driver in ('nps', 'known_contacts', 'meetings_attended')
            -- Of the others, a tier's row and a stage's compete.
            and (driver = 'nps' or owner.more < 3);

        insert into policy.health_dimensions
        select * replace ('low' as touch_tier, weight + 7 as weight)
        from policy.health_dimensions where dimension = 'support';

        insert into policy.health_bands
        values ('red', 'high', 0, 60, 1), ('yellow', 'high', 60, 90, 2),
            ('green', 'high', 90, 100.01, 3);

        insert into policy.health_caps
        select * replace (
            cap || '_of_low' as cap, 'low' as touch_tier, ceiling - 10 as ceiling
        )
        from policy.health_caps
        """
    )


def drawn_value(
    chance: random.Random, edges: list[Decimal], kind: str
) -> Decimal | int | None:
    """Return a measurement: none, on an edge, beside one, between or beyond them."""
    low, high = min(edges), max(edges)
    width = high - low
    value = chance.choice(
        [
            *edges,
            chance.choice(edges) + Decimal(chance.choice([-1, 1])) / 1_000_000,
            low + width * Decimal(chance.random()),
            low + width * Decimal(chance.random()),
            low - width * Decimal(chance.random()),
            high + width * Decimal(chance.random()),
        ]
    )
    if chance.random() < 0.15:
        return None
    return (
        round(value)
        if kind in ("BIGINT", "INTEGER")
        else value.quantize(Decimal("1e-6"))
    )


def drawn_weeks(
    bowtie: duckdb.DuckDBPyConnection, chance: random.Random
) -> dict[str, list[Row]]:
    """Return what is measured of each account, week by week."""
    kinds = {
        name: kind
        for name, kind, *_ in bowtie.execute(
            "describe intermediate.int_health_facts"
        ).fetchall()
    }
    edges: dict[str, list[Decimal]] = {"champion_lost_days": [Decimal(0), Decimal(9)]}
    for row in rows_of(bowtie, "from policy.health_drivers"):
        found = edges.setdefault(row["driver"], [])
        found += [Decimal(row["value_at_0"]), Decimal(row["value_at_100"])]
    for row in rows_of(bowtie, "from policy.health_caps"):
        edges[row["measure"]].append(Decimal(row["threshold"]))
    days = set(KNOWN_ON.values())
    assert kinds.keys() - {*edges, *days} == {
        "account_id", "week", "taken_on", "is_last", "touch_tier", "stage_by_age", "arr"
    }  # fmt: skip
    accounts = {}
    for number in range(ACCOUNTS):
        account_id = f"A{number:02}"
        tier, stages = "mid", ["onboarding", "adoption", "growth"]
        # Of some accounts hardly anything is known.
        silence = chance.choice([0, 0, 0.5, 0.9])
        weeks = []
        for position, week in enumerate(WEEKS[chance.choice([0, 0, 12, 28]) :]):
            if chance.random() < 0.1:
                tier = chance.choice(["high", "mid", "low", "tech", "unassigned"])
            # Not a customer that week.
            if week != WEEKS[-1] and chance.random() < 0.05:
                continue
            taken_on = min(week + timedelta(days=6), AS_OF)
            row: dict[str, Any] = {
                "account_id": account_id,
                "week": week,
                "taken_on": taken_on,
                "is_last": week == WEEKS[-1],
                "touch_tier": tier,
                "stage_by_age": stages[min(position // 10, 2)],
                "arr": Decimal(1000),
            }
            for measure, found in edges.items():
                known = chance.random() >= silence
                row[measure] = (
                    drawn_value(chance, found, kinds[measure]) if known else None
                )
            for column in days:
                age = chance.choice([0, 7, 13, 14, 15, 60, 61, 180, 181, None])
                row[column] = age if age is None else taken_on - timedelta(days=age)
            weeks.append(row)
        accounts[account_id] = weeks
    return accounts


def override_some(bowtie: duckdb.DuckDBPyConnection) -> None:
    """Let people override scores, bands or both, scored or not, for some weeks."""
    for number, (band, score) in enumerate(
        [
            ("green", None),
            (None, "12.34"),
            ("red", "99.99"),
            (None, "75"),
            ("red", None),
        ]
    ):
        begins = WEEKS[14 + number] + timedelta(days=number)
        bowtie.execute(
            """
            insert into policy.health_overrides
                (account_id, band, score, reason, author, valid_from, expires_on)
            values (?, ?, ?, 'a test', 'a test', ?, ?)
            """,
            [f"A{number:02}", band, score, begins, begins + timedelta(weeks=5)],
        )


@pytest.fixture(scope="module")
def compiled(sample_warehouse: Path) -> dict[str, Compiled]:
    """Return each model as the sample was built with it."""
    return compiled_in(sample_warehouse, MODELS)


@pytest.fixture
def bowtie(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database in memory, with the sample's seeds and without measurements."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as sample (read_only)")
        connection.execute("attach ':memory:' as bowtie")
        connection.execute("use bowtie")
        for schema in ("policy", "intermediate", "health"):
            connection.execute(f"create schema {schema}")
        for seed in SEEDS:
            connection.execute(
                f"create table policy.{seed} as from sample.policy.{seed}"
            )
        for model in MEASURED:
            connection.execute(
                f"create table intermediate.{model} as "
                f"from sample.intermediate.{model} limit 0"
            )
        yield connection


def measured(bowtie: duckdb.DuckDBPyConnection, accounts: dict[str, list[Row]]) -> None:
    """Write the measurements into the tables that the models start from."""
    rows = [row for weeks in accounts.values() for row in weeks]
    for model in MEASURED:
        described = bowtie.execute(f"describe intermediate.{model}").fetchall()
        names = [name for name, *_ in described if name in rows[0]]
        bowtie.executemany(
            f"insert into intermediate.{model} ({', '.join(names)}) "
            f"values ({', '.join('?' * len(names))})",
            [[row[name] for name in names] for row in rows],
        )


def computed(
    bowtie: duckdb.DuckDBPyConnection, table: str, key: int
) -> dict[tuple, tuple]:
    """Return rows by key, numbers as fractions."""
    return {
        row[:key]: tuple(
            Fraction(value) if isinstance(value, Decimal) else value
            for value in row[key:]
        )
        for row in bowtie.execute(table).fetchall()
    }


@pytest.mark.parametrize("policy", [committed, other_weights, tiers_of_their_own])
def test_every_cell_of_scores_and_drivers_equals_the_oracle(
    compiled, bowtie, policy: Policy
):
    chance = random.Random(20251231)
    policy(bowtie, chance)
    override_some(bowtie)
    accounts = drawn_weeks(bowtie, chance)
    measured(bowtie, accounts)
    for name, model in compiled.items():
        bowtie.execute(f"create {model.kind} {model.schema}.{name} as {model.sql}")
    seeds = {seed: rows_of(bowtie, f"from policy.{seed}") for seed in SEEDS}
    policies = HealthPolicies(
        tiers=[row["touch_tier"] for row in seeds["touch_tiers"]],
        drivers=seeds["health_drivers"],
        dimensions=seeds["health_dimensions"],
        caps=seeds["health_caps"],
        bands=seeds["health_bands"],
        overrides=seeds["health_overrides"],
        known_on=KNOWN_ON,
    )
    scores, drivers = {}, {}
    for account_id, weeks in accounts.items():
        for row, week in zip(weeks, history(weeks, policies), strict=True):
            key = (account_id, row["week"])
            scores[key] = (
                week.score, week.band, week.raw_band, week.coverage,
                week.driver_score, week.cap,
            )  # fmt: skip
            if row["week"] < DRIVERS_FROM:
                continue
            for name, driver in week.drivers.items():
                drivers[(*key, name)] = (
                    driver.dimension, driver.raw_value, driver.points, driver.weight,
                    driver.contribution, driver.status, driver.policy_weight,
                )  # fmt: skip
    found = computed(
        bowtie,
        "select account_id, week, score, band, raw_band, coverage, driver_score, cap "
        "from health.health_scores",
        key=2,
    )
    assert {key: found[key] for key in scores if found.get(key) != scores[key]} == {}
    assert found.keys() == scores.keys()
    found = computed(
        bowtie,
        "select account_id, week, driver, dimension, raw_value, points, weight, "
        "contribution, status, policy_weight from health.health_driver_scores",
        key=3,
    )
    assert {key: found[key] for key in drivers if found.get(key) != drivers[key]} == {}
    assert found.keys() == drivers.keys()
    # What the test is about has happened.
    bands = {band for _, band, *_ in scores.values()}
    assert bands == {"green", "yellow", "red", "unscored"}
    assert {status for *_, status, _ in drivers.values()} == {
        "scored", "stale", "missing", "capped"
    }  # fmt: skip
    assert any(band != raw_band for _, band, raw_band, *_ in scores.values())


def test_what_is_measured_of_the_sample_equals_the_oracle(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        sample = measured_in(connection)
    assert sample.differing() == []
    assert len(sample.weeks) > 5_000
    # All but who they are.
    assert sample.known_somewhere() == sample.columns() - {
        "account_id", "week", "taken_on", "is_last", "touch_tier", "stage_by_age", "arr"
    }  # fmt: skip
