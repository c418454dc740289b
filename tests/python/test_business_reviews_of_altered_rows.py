"""Business reviews, CSM books and health, against plain Python, where rows are odd.

Some customers of the sample, with rows as they come in other companies: days on the
edges of windows, values that nobody sent, and CSMs who left. The models run as the
sample was compiled.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from altered import build, copied
from business_reviews import KEYS, Reviews
from compiled import Compiled, compiled_in
from rows import rows_of, write_rows

AS_OF = date(2025, 12, 31)
# Of the thirteen whole weeks that a review looks at.
QUARTER_BEGINS = date(2025, 9, 29)
DAY = timedelta(days=1)
ACCOUNTS = """
    select account_id
    from bowtie.core.accounts
    where is_customer and (touch_tier <> 'tech' or hash(account_id) % 100 = 0)
"""
# Tables that the models start from, and which of their rows.
GIVEN = {
    **dict.fromkeys(
        (
            "policy.playbooks", "policy.playbook_steps", "policy.intervention_triggers",
            "quality.policies", "quality.quarantined_rows", "core.accounts",
            "core.csms", "core.dates", "capacity.csm_scorecard", "health.touchpoints",
            "health.success_plans", "health.success_plan_milestones",
            "health.interventions", "expansion_renewals.renewals",
            "expansion_renewals.expansion_signals", "staging.stg_crm__contacts",
            "staging.stg_support__tickets",
        ),
        "true",
    ),
    "capacity.csm_capacity": "month >= '2025-11-01'",
    "health.health_scores": "week > '2025-09-20'",
    "health.usage_weekly": "week > '2024-09-01'",
}  # fmt: skip
# In the order in which they need each other.
MODELS = (
    "int_review_periods", "int_review_uses", "int_review_tickets", "review_milestones",
    "account_reviews", "account_contacts", "account_dates", "support_months",
    "csm_books", "band_migrations", "band_shares", "intervention_outcomes",
    "playbook_tasks", "refusal_counts",
)  # fmt: skip
MARTS = [mart for mart in KEYS if mart.split(".")[1] in MODELS]
# A year ago, a score's Sunday, and today.
CLOSED = (date(2024, 12, 31), date(2025, 12, 28), AS_OF)
# Who left this month, and who had left before it.
LEAVERS = ("CSM-LEAVES", "CSM-LEFT")
BANDS = ("green", "yellow", "red", "unscored")

Row = dict[str, Any]


def near(chance: random.Random, *days: date) -> date:
    """Return one of some days, or the day before or after."""
    return chance.choice(days) + chance.choice([-1, 0, 0, 1]) * DAY


def altered_account(chance: random.Random, row: Row) -> None:
    """Change who owns it; some are lost."""
    owners = [None, "CSM-01", "CSM-02", "CSM-07"]
    row["csm_id"] = chance.choice([row["csm_id"], row["csm_id"], *owners])
    row["health_band"] = chance.choice([None, *BANDS])
    if chance.random() < 0.1:
        row["account_name"] = None
    if chance.random() < 0.1:
        row["is_customer"], row["arr"] = False, Decimal(0)


def altered_capacity(chance: random.Random, row: Row) -> None:
    """Let some be away."""
    if row["csm_id"] != "unassigned":
        row["is_present_at_close"] = chance.random() < 0.7


def altered_score(chance: random.Random, row: Row) -> None:
    """Change what a week came to."""
    if chance.random() < 0.5:
        row["band"] = chance.choice(BANDS)
        row["coverage"] = chance.choice([Decimal("0.333333"), Decimal(0), Decimal(1)])


def altered_usage(chance: random.Random, row: Row) -> None:
    """Leave out counts, as sources do that do not have them."""
    if chance.random() < 0.1:
        # Features alone.
        row.update(dict.fromkeys(row.keys() - {"account_id", "week", "features_used"}))
    elif chance.random() < 0.3:
        row["active_users_average"] = row["active_user_days"] = None
    if chance.random() < 0.3:
        row["sessions"] = chance.choice([None, 0])


def altered_touchpoint(chance: random.Random, row: Row) -> None:
    """Plan reviews on the edges."""
    edges = (AS_OF, AS_OF + 14 * DAY, date(2026, 3, 31))
    row["qbr_due_on"] = chance.choice([None, near(chance, *edges)])
    row["overdue_days"] = chance.choice([None, 0, 1])
    row["qbr_overdue_days"] = chance.choice([None, 0, 1])


def altered_plan(chance: random.Random, row: Row) -> None:
    """Change how far a plan has come."""
    row["status"] = chance.choice([None, "draft", "active", "active", "achieved"])
    row["target_date"] = chance.choice([None, near(chance, AS_OF, date(2026, 3, 31))])
    row["completed_on"] = chance.choice([None, None, near(chance, QUARTER_BEGINS)])


def altered_milestone(chance: random.Random, row: Row) -> None:
    """Put what is to be reached on the edges."""
    row["plan_status"] = chance.choice([None, "draft", "active", "active", "missed"])
    row["due_date"] = chance.choice([None, near(chance, AS_OF, date(2026, 3, 31))])
    reached_on = near(chance, QUARTER_BEGINS)
    row["completed_on"] = chance.choice([None, None, None, None, reached_on])
    is_late = row["due_date"] is not None and row["due_date"] < AS_OF
    open_as = "overdue" if is_late else "to come"
    row["status"] = open_as if row["completed_on"] is None else "reached"


def altered_renewal(chance: random.Random, row: Row) -> None:
    """Let terms end on the edges."""
    edges = (AS_OF, AS_OF + 90 * DAY, date(2026, 3, 31))
    row["contracted_end_date"] = row["term_end_date"] = near(chance, *edges)
    row["days_to_term_end"] = (row["term_end_date"] - AS_OF).days
    row["is_at_risk"] = chance.random() < 0.3
    if chance.random() < 0.3:
        row["contracted_end_date"] += 30 * DAY


def altered_intervention(chance: random.Random, row: Row) -> None:
    """Open some again, of people who are gone, and change the days steps count from."""
    row["is_open"] = chance.random() < 0.3
    row["outcome"] = chance.choice(["recovered", "churned", "expanded", "expired"])
    if chance.random() < 0.2:
        row["closed_on"] = chance.choice([None, near(chance, *CLOSED)])
    row["is_overdue"] = row["is_open"] and chance.random() < 0.5
    row["is_overdue_untouched"] = row["is_overdue"] and chance.random() < 0.5
    if chance.random() < 0.3:
        row["csm_id"] = chance.choice([None, *LEAVERS])
    row["playbook"] = chance.choice([row["playbook"], "renewal"])
    row["opened_on"] = near(chance, AS_OF, AS_OF - 7 * DAY, AS_OF - 30 * DAY)
    ends = [AS_OF + days * DAY for days in (-20, 0, 30, 60, 67, 90, 113, 120, 127)]
    row["term_end_date"] = chance.choice([None, near(chance, *ends)])


def altered_contact(chance: random.Random, row: Row) -> None:
    """Let people come and go on the edges."""
    edges = (AS_OF - DAY, date(2024, 12, 31), date(2025, 6, 1))
    row["created_on"] = chance.choice([None, near(chance, *edges)])
    row["left_on"] = chance.choice([None, near(chance, *edges)])
    row["persona"] = chance.choice([row["persona"], "champion", None])


def altered_ticket(chance: random.Random, row: Row) -> None:
    """Open and solve tickets on the edges of quarters and months."""
    edges = (
        *(date(2025, 12, 29), date(2025, 9, 29), date(2025, 6, 30), AS_OF),
        *(date(2024, 12, 1), date(2025, 10, 1)),
    )
    opened_on = min(near(chance, *edges), AS_OF)
    solved_on = min(opened_on + chance.choice([0, 1, 90, 91, 400]) * DAY, AS_OF)
    moment = time(*(chance.randrange(24), chance.randrange(60), chance.randrange(60)))
    row["created_at"] = datetime.combine(opened_on, moment)
    row["created_on"] = opened_on
    row["is_escalated"] = chance.random() < 0.3
    row["first_responded_at"] = row["solved_at"] = row["solved_on"] = None
    row["satisfaction_score"] = None
    if chance.random() < 0.7:
        row["first_responded_at"] = row["created_at"] + timedelta(
            seconds=chance.randrange(-9999, 99999), microseconds=chance.randrange(10**6)
        )
    if chance.random() < 0.7:
        row["solved_on"] = solved_on
        row["solved_at"] = datetime.combine(solved_on, time(23, 59, 59, 999))
        row["satisfaction_score"] = chance.choice([None, Decimal(1), Decimal("4.1234")])


ALTERED: dict[str, Callable[[random.Random, Row], None]] = {
    "core.accounts": altered_account,
    "capacity.csm_capacity": altered_capacity,
    "health.health_scores": altered_score,
    "health.usage_weekly": altered_usage,
    "health.touchpoints": altered_touchpoint,
    "health.success_plans": altered_plan,
    "health.success_plan_milestones": altered_milestone,
    "health.interventions": altered_intervention,
    "expansion_renewals.renewals": altered_renewal,
    "staging.stg_crm__contacts": altered_contact,
    "staging.stg_support__tickets": altered_ticket,
}
# Rows of these may be missing.
GAPS = {"health.health_scores": 0.1, "expansion_renewals.expansion_signals": 0.3}
# One CSM has left this month, the other before it. The rest follows from altered rows.
THEN = """
    insert into core.csms by name
    select csm_id, csm_id as csm_name, false as is_current
    from (values ('CSM-LEAVES'), ('CSM-LEFT')) as leavers(csm_id);
    insert into capacity.csm_capacity
    select * replace ('CSM-LEAVES' as csm_id) from capacity.csm_capacity
    where csm_id = 'unassigned';
    delete from expansion_renewals.renewals where not is_open;
    update expansion_renewals.renewals set csm_id = (
        select accounts.csm_id from core.accounts
        where accounts.account_id = renewals.account_id
    );
    create temp table owned as
    select coalesce(csm_id, 'unassigned') as csm_id, count(*) as accounts,
        sum(arr) as arr
    from core.accounts where is_customer group by all;
    update capacity.csm_capacity set accounts = 0, arr = 0;
    update capacity.csm_capacity set accounts = owned.accounts, arr = owned.arr
    from owned where owned.csm_id = csm_capacity.csm_id and month = '2025-12-01';
"""
REFUSED = """
    insert into quality.quarantined_rows by name
    select
        table_name, reason, column_name, row_key, 1 as occurrence
    from (
        values
            ('crm_contacts', 'missing', 'account_id'),
            ('crm_contacts', 'missing', null),
            ('crm_accounts', 'test_account', null)
    ) as refused(table_name, reason, column_name),
    (values ('a'), ('b')) as keys(row_key)
"""


def alter(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Change the rows that the models start from."""
    for table in {**ALTERED, **GAPS}:
        kept = []
        for row in rows_of(connection, f"from {table} order by all"):
            if chance.random() >= GAPS.get(table, 0):
                if table in ALTERED:
                    ALTERED[table](chance, row)
                kept.append(row)
        write_rows(connection, table, kept)
    connection.execute(THEN)
    connection.execute(REFUSED)


@pytest.fixture(scope="module")
def compiled(sample_warehouse: Path) -> dict[str, Compiled]:
    """Return each model as the sample was built with it."""
    return compiled_in(sample_warehouse, MODELS)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_cell_is_what_the_definitions_say(compiled, sample_warehouse, seed):
    with copied(sample_warehouse, ACCOUNTS, GIVEN) as connection:
        alter(connection, random.Random(seed))
        for name in MODELS:
            build(connection, name, compiled[name].schema, compiled[name].sql)
        found = Reviews(connection, AS_OF)
        assert {mart: found.differences(mart) for mart in MARTS} == {
            mart: [] for mart in MARTS
        }
