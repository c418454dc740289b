"""The sample's work queue: who needs a person, why, and what came of it.

The figures are those of the seed documents. Every one comes out of the published marts;
nothing here knows how the sample was planned, but for the names of its edge cases.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

QUARTER = (date(2025, 10, 1), date(2025, 12, 31))
FIVE_TRIGGERS = (
    "health_turned_red",
    "usage_declines",
    "usage_near_limit",
    "critical_ticket_open",
    "term_ends_at_risk",
)

HELPED = """
    select distinct activities.account_id
    from staging.stg_crm__activities as activities
    join core.account_owners as owners
        on activities.account_id = owners.account_id
        and activities.occurred_on >= owners.valid_from
        and activities.occurred_on < coalesce(owners.valid_to, date '9999-12-31')
    join core.csms as csms on owners.csm_id = csms.csm_id
    where csms.touch_model = 'tech'
        and activities.activity_type
            not in ('automated_email', 'in_app_message', 'internal')
        and activities.status = 'completed'
        and activities.occurred_on between date '2025-10-01' and date '2025-12-31'
"""
"""Accounts of the tech-touch team that a person met in the fourth quarter."""


@pytest.fixture(scope="module")
def warehouse(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield connection


def rows(warehouse, query, *parameters):
    return warehouse.execute(query, parameters).fetchall()


def one(warehouse, query, *parameters):
    found = rows(warehouse, query, *parameters)
    assert len(found) == 1, f"{len(found)} rows where one was meant"
    return found[0]


def opened(warehouse, account_name, trigger, since=date(2025, 1, 1)):
    """Return the days on which a trigger opened for an account, oldest first."""
    return [
        day
        for (day,) in rows(
            warehouse,
            """
            select interventions.opened_on
            from health.interventions
            join core.accounts on interventions.account_id = accounts.account_id
            where accounts.account_name = ? and interventions.trigger = ?
                and interventions.opened_on >= ?
            order by interventions.opened_on
            """,
            account_name,
            trigger,
            since,
        )
    ]


# --- The tech-touch book ------------------------------------------------------------


def test_240_of_the_8000_tech_accounts_had_a_human_intervention_in_the_quarter(
    warehouse,
):
    (helped,) = one(warehouse, f"select count(*) from ({HELPED})")
    (book,) = one(
        warehouse,
        """
        select count(*)
        from revenue.arr_monthly as account_months
        join core.csms on account_months.closing_csm_id = csms.csm_id
        where csms.touch_model = 'tech'
            and account_months.month = date '2025-09-01'
            and account_months.closing_arr > 0
        """,
    )
    assert (helped, book) == (240, 8000)


def test_each_of_the_240_was_met_for_an_intervention_that_was_opened_before(warehouse):
    """By one of the five triggers; nobody else of the book had one in the quarter."""
    five = ", ".join(f"'{trigger}'" for trigger in FIVE_TRIGGERS)
    acted_on = {
        account
        for (account,) in rows(
            warehouse,
            f"""
            select interventions.account_id
            from health.interventions
            join ({HELPED}) as helped
                on interventions.account_id = helped.account_id
            where interventions.trigger in ({five})
                and interventions.first_touch_on between ? and ?
            """,
            *QUARTER,
        )
    }
    opened_in_quarter = {
        account
        for (account,) in rows(
            warehouse,
            f"""
            select account_id
            from health.interventions
            where touch_tier = 'tech' and trigger in ({five})
                and opened_on between ? and ?
            """,
            *QUARTER,
        )
    }
    assert len(acted_on) == 240
    assert opened_in_quarter <= acted_on


def test_why_the_240_needed_a_person(warehouse):
    """Some for two reasons: who turned red and left was red before the term ended."""
    found = dict(
        rows(
            warehouse,
            f"""
            select interventions.trigger, count(distinct interventions.account_id)
            from health.interventions
            join ({HELPED}) as helped
                on interventions.account_id = helped.account_id
            where interventions.touch_tier = 'tech'
                and interventions.first_touch_on between ? and ?
            group by interventions.trigger
            """,
            *QUARTER,
        )
    )
    assert found["usage_near_limit"] == 47
    assert found["usage_declines"] == 40
    assert found["critical_ticket_open"] == 25
    assert found["term_ends_at_risk"] == 100
    assert found["health_turned_red"] >= 48


def test_47_signals_of_which_the_18_of_highest_revenue_are_prioritised(warehouse):
    signals = rows(
        warehouse,
        """
        select arr, is_prioritised, outcome
        from health.interventions
        where trigger = 'usage_near_limit' and touch_tier = 'tech'
            and opened_on between ? and ?
        """,
        *QUARTER,
    )
    first = sorted(arr for arr, is_prioritised, _ in signals if is_prioritised)
    others = [arr for arr, is_prioritised, _ in signals if not is_prioritised]
    assert (len(signals), len(first)) == (47, 18)
    assert min(first) >= 6000 and max(first) <= 9000
    assert max(others) < min(first)
    assert sum(outcome == "expanded" for *_, outcome in signals) == 6
    assert sum(outcome == "expired" for *_, outcome in signals) == 12


def test_automated_touchpoints_are_delivered_at_94_percent(warehouse):
    (rate,) = one(
        warehouse,
        """
        select sum(automated_delivered) * 1.0
            / (sum(automated_delivered) + sum(automated_bounced))
        from health.touchpoints
        """,
    )
    assert round(rate, 2) == 0.94


def test_tech_book_calls_for_people_by_the_five_triggers_only(warehouse):
    triggers = {
        trigger
        for (trigger,) in rows(
            warehouse,
            """
            select distinct trigger
            from health.interventions
            where touch_tier = 'tech'
            """,
        )
    }
    assert triggers == set(FIVE_TRIGGERS)


# --- The triggers and their edges -----------------------------------------------------


@pytest.mark.parametrize("trigger", FIVE_TRIGGERS)
def test_trigger_fires_on_three_accounts_at_least(warehouse, trigger):
    (accounts,) = one(
        warehouse,
        "select count(distinct account_id) from health.interventions where trigger = ?",
        trigger,
    )
    assert accounts >= 3


@pytest.mark.parametrize(
    ("trigger", "beyond", "short_of"),
    [
        ("health_turned_red", "Reddening Redstarts", "Yellowing Yellowhammers"),
        ("usage_declines", "Onecentmore Owls", "Fivethousand Finches"),
        ("usage_near_limit", "Ninety Nuthatches", "Almost Auks"),
        ("usage_near_limit", "Ninety Nuthatches", "Full Flycatchers"),
        ("critical_ticket_open", "Sixminutes Swifts", "Fortyeight Fulmars"),
        ("critical_ticket_open", "Overdue Otters", "Stillopen Stoats"),
    ],
)
def test_near_miss_on_both_sides_of_an_edge(warehouse, trigger, beyond, short_of):
    assert len(opened(warehouse, beyond, trigger)) == 1
    assert opened(warehouse, short_of, trigger) == []


def test_term_that_ends_in_60_days_fires_and_one_in_61_does_not(warehouse):
    """Both were at risk before their terms of the year before, too."""
    trigger, this_term = "term_ends_at_risk", date(2025, 4, 1)
    as_of_date = date(2025, 12, 31)
    assert opened(warehouse, "Sixty Siskins", trigger, this_term) == [as_of_date]
    assert opened(warehouse, "Sixtyone Sandpipers", trigger, this_term) == []


@pytest.mark.parametrize(
    ("account_name", "trigger", "opened_on"),
    [
        ("Overdue Otters", "critical_ticket_open", date(2025, 12, 31)),
        ("Sixminutes Swifts", "critical_ticket_open", date(2025, 12, 4)),
    ],
)
def test_dated_trigger_opens_on_its_exact_day(
    warehouse, account_name, trigger, opened_on
):
    assert opened(warehouse, account_name, trigger) == [opened_on]


@pytest.mark.parametrize(
    ("account_name", "trigger"),
    [
        ("Stalled Storks", "onboarding_stalled"),
        ("Unpaid Urchins", "payment_overdue"),
        ("TechCorp", "champion_left"),
        ("TechCorp", "no_executive"),
        ("TechCorp", "qbr_overdue"),
    ],
)
def test_our_own_triggers_see_what_was_planted(warehouse, account_name, trigger):
    assert opened(warehouse, account_name, trigger)


# --- TechCorp -------------------------------------------------------------------------


def test_techcorp_is_in_rescue_by_the_five_steps_of_the_seed_document(warehouse):
    tasks = rows(
        warehouse,
        """
        select tasks.step, tasks.starts_on - interventions.opened_on,
            tasks.due_on - interventions.opened_on, interventions.csm_id
        from health.playbook_tasks as tasks
        join health.interventions
            on tasks.intervention_id = interventions.intervention_id
        join core.accounts on tasks.account_id = accounts.account_id
        where accounts.account_name = 'TechCorp' and tasks.playbook = 'rescue'
        order by tasks.step
        """,
    )
    assert tasks == [
        (1, 0, 7, "CSM-02"),
        (2, 7, 14, "CSM-02"),
        (3, 14, 21, "CSM-02"),
        (4, 21, 28, "CSM-02"),
        (5, 28, 84, "CSM-02"),
    ]


def test_techcorp_puts_45_thousand_at_risk_and_leads_the_queue_of_its_csm(warehouse):
    found = rows(
        warehouse,
        """
        select interventions.trigger, interventions.arr_at_risk
        from health.interventions
        join core.accounts on interventions.account_id = accounts.account_id
        where accounts.account_name = 'TechCorp' and interventions.is_open
        order by interventions.queue_position
        """,
    )
    assert {trigger for trigger, _ in found} >= {
        "health_turned_red",
        "usage_declines",
        "champion_left",
        "no_executive",
    }
    assert {arr for _, arr in found} == {Decimal("45000.00")}
    (first,) = one(
        warehouse,
        """
        select accounts.account_name
        from health.interventions
        join core.accounts on interventions.account_id = accounts.account_id
        where interventions.csm_id = 'CSM-02' and interventions.queue_position = 1
        """,
    )
    assert first == "TechCorp"


def test_its_earlier_twin_was_rescued(warehouse):
    """Red in the winter of 2024, the rescue closed as recovered; it renewed flat."""
    rescued = rows(
        warehouse,
        """
        select interventions.account_id, interventions.arr
        from health.interventions
        join core.accounts on interventions.account_id = accounts.account_id
        where interventions.trigger = 'health_turned_red'
            and interventions.outcome = 'recovered'
            and interventions.opened_on
                between date '2024-11-01' and date '2025-01-31'
            and accounts.csm_id = 'CSM-02'
        """,
    )
    assert [arr for _, arr in rescued] == [Decimal("45000.00")]


# --- The queue ------------------------------------------------------------------------


def test_every_open_intervention_has_tasks_and_a_day_by_which_to_act(warehouse):
    (without,) = one(
        warehouse,
        """
        select count(*)
        from health.interventions
        left join health.playbook_tasks
            on interventions.intervention_id = playbook_tasks.intervention_id
        where interventions.is_open and playbook_tasks.step is null
        """,
    )
    assert without == 0


def test_every_outcome_occurs(warehouse):
    outcomes = {
        outcome
        for (outcome,) in rows(
            warehouse, "select distinct outcome from health.interventions"
        )
    }
    assert outcomes == {"recovered", "churned", "expanded", "expired", None}
