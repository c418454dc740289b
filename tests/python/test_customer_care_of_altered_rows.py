"""How customers are looked after, against plain Python, where rows are odd.

Some accounts of the sample, with rows as they come in other companies: contracts that
lapse, return, or are renewed on their last day, tiers set by hand, values that nobody
sent, days on the edges of windows. The models run as the sample was compiled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from altered import build, copied
from compiled import Compiled, compiled_in
from customer_care import KEYS, Care
from rows import rows_of, write_rows

AS_OF = date(2025, 12, 31)
DAY = timedelta(days=1)
# The accounts that a person looks after, some others, and who is known by billing only.
ACCOUNTS = """
    select account_id
    from bowtie.intermediate.int_account_states
    group by account_id
    having
        bool_or(touch_tier <> 'tech')
        or hash(account_id) % 100 = 0
"""
# Tables that the models start from, and which of their rows.
GIVEN = {
    **dict.fromkeys(
        (
            "policy.touch_tiers", "policy.touch_tier_overrides",
            "policy.touch_cadences", "policy.onboarding_milestones",
            "policy.activation_thresholds", "policy.intervention_triggers",
            "policy.product_features", "policy.health_caps", "policy.health_drivers",
            "policy.health_dimensions", "policy.health_bands",
            "policy.health_overrides", "quality.policies", "revenue.arr_lines",
            "core.account_profiles", "core.account_owners",
            "staging.stg_billing__products", "staging.stg_billing__subscriptions",
            "staging.stg_billing__subscription_items", "staging.stg_crm__activities",
            "staging.stg_crm__contacts", "staging.stg_crm__success_plans",
            "staging.stg_crm__success_plan_milestones", "health.usage_weekly",
            "health.interventions", "intermediate.int_health_weeks",
            "intermediate.int_health_policies",
        ),
        "true",
    ),
    # The two weeks that are compared, and in which who moved did so.
    "health.health_driver_scores": "week > '2025-11-20'",
    "health.health_scores": "week > '2025-06-01'",
}  # fmt: skip
# In the order in which they need each other.
MODELS = (
    "int_known_lines", "int_account_states", "int_human_touches", "int_activations",
    "int_onboarding_facts", "int_onboarding_milestones", "onboarding",
    "int_score_periods", "touchpoints", "success_plans", "success_plan_milestones",
    "int_customer_weeks", "int_contact_facts", "int_health_facts", "int_health_caps",
    "int_band_changes", "int_driver_changes", "int_health_reasons", "account_health",
)  # fmt: skip
# What the caps read; the other measures are looked at in drivers' scores.
FACTS = """
    select
        customers.account_id, customers.week, customers.taken_on, customers.touch_tier,
        {drivers},
        any_value(contacts.champion_lost_days) as champion_lost_days,
        {days}
    from intermediate.int_customer_weeks as customers
    left join health.health_driver_scores as scores using (account_id, week)
    left join intermediate.int_contact_facts as contacts using (account_id, week)
    where customers.is_last
    group by all
"""
KNOWN_ON = ("last_solved_on", "last_rated_on", "last_surveyed_on", "last_judged_on")

# Who is a customer now has a score, by its tier, and nobody else.
SCORED = """
    create or replace table health.health_scores as
    from health.health_scores where not is_current
    union all by name
    select
        states.account_id,
        date '2025-12-29' as week,
        date '2025-12-31' as taken_on,
        true as is_current,
        coalesce(scores.band, 'unscored') as band,
        coalesce(scores.raw_band, 'unscored') as raw_band,
        scores.score,
        coalesce(scores.coverage, 0) as coverage,
        states.touch_tier,
        states.arr,
        'version' as policy_version
    from intermediate.int_account_states as states
    left join health.health_scores as scores
        on states.account_id = scores.account_id and scores.is_current
    where states.valid_to is null and states.arr > 0
"""

# What does not weigh in an account's tier and stage has no points.
WEIGHED = """
    delete from health.health_driver_scores as scores
    where week = '2025-12-29' and not exists (
        from intermediate.int_customer_weeks as customers
        inner join intermediate.int_health_policies as policy
            using (touch_tier, stage_by_age)
        where
            customers.is_last
            and customers.account_id = scores.account_id
            and policy.driver = scores.driver
    )
"""
# By the model after which they are to be true.
THEN = {"int_account_states": SCORED, "int_customer_weeks": WEIGHED}

# Days for which milestones are due today, or have been for about a fortnight.
AGES = [due + late for due in (14, 21, 30, 45, 60) for late in (0, 1, 14, 15)]

Row = dict[str, Any]
Alter = Callable[[random.Random, Row], None]


def near(chance: random.Random, *days: date) -> date:
    """Return one of some days, or the day before or after."""
    return chance.choice(days) + chance.choice([-1, 0, 0, 1]) * DAY


def altered_line(chance: random.Random, line: Row) -> None:
    """Put some ARR on the edges of tiers, and let some begin lately."""
    if line["valid_to"] is None and chance.random() < 0.3:
        line["valid_from"] = AS_OF - chance.choice(AGES) * DAY
    if chance.random() < 0.3:
        edges = ["0", "4999.99", "5000", "9999.99", "19999.99", "20000", "100000"]
        line["arr"] = Decimal(chance.choice(edges))
        line["is_self_service"] = chance.random() < 0.2


def altered_activity(chance: random.Random, row: Row) -> None:
    """Change how something was held, and put it on the edge of a window."""
    if chance.random() < 0.3:
        row["status"] = chance.choice(
            [None, "completed", "no_show", "cancelled", "delivered", "bounced"]
        )
    if chance.random() < 0.3:
        row["activity_type"] = chance.choice(
            ["kickoff", "training", "qbr", "ebr", "email", "automated_email",
             "in_app_message", "internal", "call"]
        )  # fmt: skip
    if chance.random() < 0.3:
        before_a_start = AS_OF - (chance.choice(AGES) + 60) * DAY
        edges = (AS_OF, AS_OF - 92 * DAY, date(2024, 12, 31), before_a_start)
        row["occurred_on"] = min(near(chance, *edges), AS_OF)


def altered_plan(chance: random.Random, row: Row) -> None:
    """Leave out or change what a plan says."""
    row["status"] = chance.choice(
        [None, "draft", "active", "achieved", "missed", "cancelled"]
    )
    row["target_date"] = chance.choice([None, near(chance, AS_OF)])
    row["completed_on"] = chance.choice([None, None, row["created_on"]])
    for name in ("baseline_value", "target_value", "current_value"):
        if chance.random() < 0.5:
            row[name] = chance.choice(
                [None, Decimal(0), Decimal(10), Decimal("-3.3333"), Decimal(10) ** 9]
            )


def altered_milestone(chance: random.Random, row: Row) -> None:
    """Leave out days, or put them on the edge."""
    row["due_date"] = chance.choice(
        [None, row["due_date"], near(chance, AS_OF), near(chance, AS_OF)]
    )
    row["completed_on"] = chance.choice(
        [None, row["completed_on"], AS_OF, date(2024, 1, 1)]
    )


def altered_usage(chance: random.Random, row: Row) -> None:
    """Leave out counts, as sources do that do not have them."""
    if chance.random() < 0.1:
        # Features alone.
        row.update(dict.fromkeys(row.keys() - {"account_id", "week", "features_used"}))
        row["features_used"] = chance.choice([1, 9])
        return
    if chance.random() < 0.3:
        row["active_users_average"] = row["active_user_days"] = None
    for name, values in (
        ("active_days", [0]),
        ("sessions", [None, 0]),
        ("features_used", [None, 1, 9]),
    ):
        if chance.random() < 0.2:
            row[name] = chance.choice(values)


def altered_score(chance: random.Random, row: Row) -> None:
    """Change a band, or leave out a score."""
    row["cap"] = row["cap_reason"] = None
    if chance.random() < 0.1:
        row["band"] = chance.choice(["green", "yellow", "red", "unscored"])
    if chance.random() < 0.1:
        row["raw_band"] = chance.choice(["green", "yellow", "red", "unscored"])
    if chance.random() < 0.1:
        row["score"] = None


def altered_driver(chance: random.Random, row: Row) -> None:
    """Change a driver's figures; many lose or give the same points."""
    if chance.random() < 0.2:
        row["points"] = chance.choice([None, Decimal(75), Decimal("74.99"), Decimal(0)])
    if chance.random() < 0.2:
        row["contribution"] = Decimal(chance.choice(["0.99", "1", "-1", "3", "-4.5"]))
    if chance.random() < 0.2:
        row["weight"] = Decimal(chance.choice(["0", "1", "4", "12.345678"]))
    if chance.random() < 0.2:
        values = ["-0.4", "-0.399999", "-0.455", "0", "0.5", "48", "48.000001", "61.5"]
        row["raw_value"] = chance.choice([None, *map(Decimal, values)])
    if row["raw_value"] is None:
        row["points"] = None


def altered_contact(chance: random.Random, row: Row) -> None:
    """Let people come and go on the edge."""
    if chance.random() < 0.3:
        row["left_on"] = chance.choice([None, near(chance, AS_OF)])
    if chance.random() < 0.2:
        row["created_on"] = chance.choice([None, near(chance, AS_OF)])
    if chance.random() < 0.3:
        row["persona"] = chance.choice(["champion", "executive_sponsor", None])


def altered_owner(chance: random.Random, row: Row) -> None:
    """End what is owned on the edge."""
    if row["is_current"] and chance.random() < 0.3:
        row["valid_to"] = chance.choice([None, AS_OF, AS_OF + DAY])
    row["is_current"] = row["valid_from"] <= AS_OF < (row["valid_to"] or date.max)


def altered_intervention(chance: random.Random, row: Row) -> None:
    """Open again some of what was closed; let it be due on the edge."""
    if chance.random() < 0.1:
        row["is_open"] = True
    if chance.random() < 0.3:
        row["due_on"] = near(chance, AS_OF)
    row["is_overdue"] = row["is_open"] and row["due_on"] < AS_OF


ALTERED: dict[str, Alter] = {
    "revenue.arr_lines": altered_line,
    "staging.stg_crm__activities": altered_activity,
    "staging.stg_crm__success_plans": altered_plan,
    "staging.stg_crm__success_plan_milestones": altered_milestone,
    "health.usage_weekly": altered_usage,
    "health.health_scores": altered_score,
    "health.health_driver_scores": altered_driver,
    "staging.stg_crm__contacts": altered_contact,
    "core.account_owners": altered_owner,
    "health.interventions": altered_intervention,
}
# Rows of these may be missing.
GAPS = {"health.health_scores": 0.02, "health.health_driver_scores": 0.05}


def contracts(
    chance: random.Random, lines: Iterable[Row], held: dict[str, Row]
) -> Iterator[tuple[Row, Row | None]]:
    """Yield lines that lapse, go or come back, each with a row that renews it, if any.

    `held` are subscriptions by id, which change with their lines.
    """
    for line in lines:
        subscription = held[line["subscription_id"]]
        ends_on = line["valid_from"] + chance.choice([40, 200, 330, 400]) * DAY
        ends_on = chance.choice([ends_on, AS_OF - chance.choice([0, 29, 30, 31]) * DAY])
        kind = chance.choice(["kept", "kept", "lapsed", "renewed", "ended", "returned"])
        if kind == "kept" or not line["valid_from"] < ends_on <= AS_OF:
            yield line, None
            continue
        yield {**line, "valid_to": ends_on}, None
        if kind in ("lapsed", "renewed"):
            subscription["auto_renews"] = chance.choice([False, False, True, None])
            subscription["current_term_end"] = ends_on
            subscription["ended_on"] = chance.choice(
                [None, None, ends_on, ends_on + 5 * DAY, ends_on + 45 * DAY]
            )
        if kind == "ended":
            subscription["ended_on"] = ends_on
        if kind == "renewed":
            name = f"{line['subscription_id']}-new"
            starts_on = ends_on + chance.choice([0, 0, 0, 31]) * DAY
            new = {
                **subscription,
                "subscription_id": name,
                "renewed_from_subscription_id": line["subscription_id"],
                "started_on": starts_on,
                "ended_on": None,
                "current_term_end": ends_on + 365 * DAY,
            }
            if starts_on <= AS_OF:
                line = {
                    **line,
                    "subscription_id": name,
                    "subscription_item_id": f"{line['subscription_item_id']}-new",
                    "valid_from": starts_on,
                    "valid_to": None,
                }
                yield line, new
        if kind == "returned" and ends_on + 60 * DAY <= AS_OF:
            yield {**line, "valid_from": ends_on + 60 * DAY, "valid_to": None}, None


def overrides(
    chance: random.Random, accounts: Iterable[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield tiers set by hand; some begin or end on the as-of date."""
    for account_id in accounts:
        if chance.random() < 0.1:
            begins = near(chance, AS_OF - 100 * DAY, date(2025, 1, 1), AS_OF)
            ends = begins + chance.choice([1, 50, 100, 400]) * DAY
            tier = chance.choice(["high", "mid", "low", "tech"])
            yield account_id, tier, begins, ends, "a test", "a test"


def alter(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Change the rows that the models start from; of some accounts no use is known."""
    accounts = [
        row["account_id"]
        for row in rows_of(connection, "from core.account_profiles order by all")
    ]
    silent = {account_id for account_id in accounts if chance.random() < 0.3}
    for table, change in ALTERED.items():
        kept = []
        for row in rows_of(connection, f"from {table} order by all"):
            may_go = not row.get("is_current") and table in GAPS
            if may_go and chance.random() < GAPS[table]:
                continue
            if table == "health.usage_weekly" and row["account_id"] in silent:
                continue
            change(chance, row)
            kept.append(row)
        write_rows(connection, table, kept)
    subscriptions = {
        row["subscription_id"]: row
        for row in rows_of(
            connection, "from staging.stg_billing__subscriptions order by all"
        )
    }
    lines = rows_of(connection, "from revenue.arr_lines order by all")
    changed = list(contracts(chance, lines, subscriptions))
    for _, new in changed:
        if new is not None:
            subscriptions[new["subscription_id"]] = new
    write_rows(connection, "revenue.arr_lines", [line for line, _ in changed])
    write_rows(
        connection,
        "staging.stg_billing__subscriptions",
        list(subscriptions.values()),
    )
    ends = {line["subscription_item_id"]: line["valid_to"] for line, _ in changed}
    items = rows_of(
        connection, "from staging.stg_billing__subscription_items order by all"
    )
    for item in items:
        end = ends.get(item["subscription_item_id"])
        if end is not None and chance.random() < 0.3:
            item["valid_to"] = end
    write_rows(connection, "staging.stg_billing__subscription_items", items)
    connection.executemany(
        "insert into policy.touch_tier_overrides (account_id, touch_tier, valid_from, "
        "expires_on, reason, author) values (?, ?, ?, ?, ?, ?)",
        list(overrides(chance, accounts)),
    )


@pytest.fixture(scope="module")
def compiled(sample_warehouse: Path) -> dict[str, Compiled]:
    """Return each model as the sample was built with it."""
    return compiled_in(sample_warehouse, MODELS)


def facts(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the SQL of what the caps read, from the drivers' scores."""
    names = [
        name
        for (name,) in connection.execute(
            "select distinct driver from policy.health_drivers order by all"
        ).fetchall()
    ]
    reported = "(select max(last_reported_on) from health.usage_weekly)"
    return FACTS.format(
        drivers=", ".join(
            f"max(case when scores.driver = '{name}' then scores.raw_value end) "
            f"as {name}"
            for name in names
        ),
        days=", ".join(
            [
                f"{reported} as usage_known_on",
                *(f"cast(null as date) as {name}" for name in KNOWN_ON),
            ]
        ),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_cell_is_what_the_definitions_say(compiled, sample_warehouse, seed):
    with copied(sample_warehouse, ACCOUNTS, GIVEN) as connection:
        alter(connection, random.Random(seed))
        for name in MODELS:
            sql = compiled[name].sql
            if name == "int_health_facts":
                sql = facts(connection)
            build(connection, name, compiled[name].schema, sql)
            if name in THEN:
                connection.execute(THEN[name])
        care = Care(connection, AS_OF)
        assert {mart: care.differences(mart) for mart in KEYS} == {
            mart: [] for mart in KEYS
        }
