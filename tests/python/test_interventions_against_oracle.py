"""What calls for somebody, and since when: every trigger, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
from oracle.conditions import TRIGGERS, Account, runs
from rows import rows_by_account, rows_of

# By the field of `Account` that holds them.
ROWS = {
    "states": "select account_id, valid_from, valid_to, arr, touch_tier "
    "from intermediate.int_account_states",
    "weeks": "select account_id, facts.taken_on, facts.active_user_trend as trend, "
    "usage.active_users_average as week_users, customers.seats, usage.sessions, "
    "usage.active_user_days as user_days, facts.usage_known_on, "
    "policies.stale_after_days "
    "from intermediate.int_health_facts as facts "
    "inner join intermediate.int_customer_weeks as customers "
    "using (account_id, week) "
    "left join intermediate.int_health_policies as policies "
    "on facts.touch_tier = policies.touch_tier "
    "and facts.stage_by_age = policies.stage_by_age "
    "and policies.driver = 'active_user_trend' "
    "left join health.usage_weekly as usage using (account_id, week) "
    "where facts.week + 6 <= date '{as_of}'",
    "bands": "select account_id, taken_on, band from health.health_scores "
    "where week + 6 <= date '{as_of}'",
    "tickets": "select account_id, created_at, solved_at, solved_on, priority "
    "from staging.stg_support__tickets",
    "invoices": "select account_id, due_on, paid_on, status, total_amount "
    "from staging.stg_billing__invoices",
    "contacts": "select account_id, created_on, left_on, persona "
    "from staging.stg_crm__contacts",
    "terms": "select account_id, life_from, term_end_date, notice_date, settled_on, "
    "cancel_requested_on, renews_by_itself "
    "from intermediate.int_subscription_terms",
    "touches": "select account_id, touched_on, is_review "
    "from intermediate.int_human_touches",
    "milestones": "select account_id, due_on, done_on "
    "from intermediate.int_onboarding_milestones",
}
# Who is looked after by a person, who has a run, and one in a hundred of the others.
ACCOUNTS = """
    select account_id
    from intermediate.int_account_states
    group by account_id
    having
        bool_or(touch_tier in ('high', 'mid', 'low'))
        or account_id in (select account_id from intermediate.int_intervention_runs)
        or hash(account_id) % 100 = 0
"""


Run = tuple[str, str, date, date | None]


def both(
    connection: duckdb.DuckDBPyConnection, as_of: date, days: int = 500
) -> tuple[set[Run], set[Run]]:
    """Return the runs of a built database and those of the oracle, of so many days."""
    first = as_of - timedelta(days=days)
    connection.execute(f"create temp table chosen as {ACCOUNTS}")
    rows = {
        name: rows_by_account(
            connection,
            f"from ({query.format(as_of=as_of)}) where account_id in (from chosen)",
        )
        for name, query in ROWS.items()
    }
    triggers = {
        row["trigger"]: row
        for row in rows_of(connection, "from policy.intervention_triggers")
    }
    deadlines = {
        (row["trigger"], row["touch_tier"])
        for row in rows_of(connection, "from policy.intervention_deadlines")
    }
    cadences = {
        (row["touch_tier"], row["health_band"]): row
        for row in rows_of(connection, "from policy.touch_cadences")
    }
    ((touches_from,),) = connection.execute(
        "select min(touched_on) from intermediate.int_human_touches"
    ).fetchall()
    found = {
        # What is known to end later holds on the last day.
        (
            row["account_id"],
            row["trigger"],
            row["opened_on"],
            row["holds_until"] if row["holds_until"] <= as_of else None,
        )
        for row in rows_of(
            connection,
            "select * replace (coalesce(holds_until, date '9999-12-31') as holds_until)"
            " from intermediate.int_intervention_runs",
        )
        if row["trigger"] in TRIGGERS and row["opened_on"] > first
    }
    expected = {
        (account_id, *run)
        for account_id in rows["states"]
        for run in runs(
            Account(
                **{name: held.get(account_id, []) for name, held in rows.items()},
                cadences=cadences,
                touches_from=touches_from,
            ),
            triggers,
            deadlines,
            first,
            as_of,
        )
    }
    return found, expected


def test_every_trigger_runs_on_the_days_on_which_its_condition_holds(
    sample_warehouse,
):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        found, expected = both(connection, date(2025, 12, 31))
    assert found - expected == set()
    assert expected - found == set()
    assert {trigger for _, trigger, *_ in found} == set(TRIGGERS)
    assert len(found) > 900
