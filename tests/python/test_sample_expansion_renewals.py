"""The sample company's expansion and renewal figures, out of the published marts.

They are those of the seed documents.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

PERCENT = Decimal("0.0001")


@pytest.fixture(scope="module")
def warehouse(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield connection


def one(warehouse, query, *parameters):
    rows = warehouse.execute(query, parameters).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows where one was meant"
    return rows[0]


# --- Expansion ------------------------------------------------------------------------


def test_eight_enterprise_deals_of_680_000_were_won_in_2025(warehouse):
    assert one(
        warehouse,
        """
        select count(*), sum(amount)
        from expansion_renewals.expansion_opportunities
        inner join core.accounts using (account_id)
        where csm_id = 'CSM-01' and is_won and closed_on >= date '2025-01-01'
        """,
    ) == (8, 680_000)


def test_won_deals_are_what_the_ledger_gained_on_the_day(warehouse):
    (differing,) = one(
        warehouse,
        """
        select count(*)
        from expansion_renewals.expansion_opportunities as deals
        inner join core.accounts using (account_id)
        left join revenue.arr_events as events
            on deals.account_id = events.account_id
            and deals.closed_on = events.event_on
        where csm_id = 'CSM-01' and is_won
            and deals.amount is distinct from events.delta_arr
        """,
    )
    assert differing == 0


def test_key_account_grew_by_75_000_on_420_000_half_a_year_before_its_renewal(
    warehouse,
):
    base, uplift, source, days_before = one(
        warehouse,
        """
        select account_arr, uplift_rate, source, days_before_renewal
        from expansion_renewals.expansion_opportunities
        where amount = 75000 and is_won
        """,
    )
    assert (base, source) == (420_000, "csm")
    assert uplift.quantize(PERCENT) == Decimal("0.1786")
    assert 175 <= days_before <= 190


def test_47_tech_touch_accounts_showed_a_signal_in_the_fourth_quarter(warehouse):
    signals, prioritised, least, most, answered = one(
        warehouse,
        """
        select
            count(*),
            count(*) filter (where is_prioritised),
            min(signal_arr) filter (where is_prioritised),
            max(signal_arr) filter (where is_prioritised),
            count(answered_on) filter (where is_prioritised)
        from expansion_renewals.expansion_signals
        where signal_touch_tier = 'tech'
            and signalled_on between date '2025-10-01' and date '2025-12-31'
        """,
    )
    assert (signals, prioritised, answered) == (47, 18, 12)
    assert 6_000 <= least <= most <= 9_000


def test_the_18_are_those_of_highest_revenue(warehouse):
    (most_of_the_others,) = one(
        warehouse,
        """
        select max(signal_arr)
        from expansion_renewals.expansion_signals
        where signal_touch_tier = 'tech' and not is_prioritised
        """,
    )
    assert most_of_the_others < 6_000


def test_six_upgraded_within_two_weeks_for_38_000(warehouse):
    assert one(
        warehouse,
        """
        select count(*), sum(converted_arr)
        from expansion_renewals.expansion_signals
        where signal_touch_tier = 'tech' and days_to_convert <= 14
        """,
    ) == (6, 38_000)
    assert one(
        warehouse,
        """
        select sum(won_deals), sum(won_arr)
        from expansion_renewals.expansion_pipeline
        where source = 'product'
        """,
    ) == (6, 38_000)


def test_every_source_of_the_pipeline_closes_at_the_opportunities_of_that_day(
    warehouse,
):
    """The stage history alone, read again for three month ends without the models."""
    for month, close in (
        (date(2025, 9, 1), date(2025, 9, 30)),
        (date(2025, 11, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2025, 12, 31)),
    ):
        (by_hand,) = one(
            warehouse,
            """
            select coalesce(sum(deals.amount), 0)
            from staging.stg_crm__opportunities as deals
            where deals.opportunity_type = 'expansion'
                and deals.created_on <= $1
                and not exists (
                    select 1
                    from staging.stg_crm__opportunity_stages as stages
                    where stages.opportunity_id = deals.opportunity_id
                        and stages.entered_on <= $1
                        and stages.stage in ('closed_won', 'closed_lost')
                )
            """,
            close,
        )
        (published,) = one(
            warehouse,
            """
            select sum(open_arr)
            from expansion_renewals.expansion_pipeline
            where month = $1
            """,
            month,
        )
        assert published == by_hand > 0, month


# --- Renewals -------------------------------------------------------------------------


def test_every_renewal_status_occurs(warehouse):
    found = warehouse.execute(
        "select distinct status from expansion_renewals.renewals"
    ).fetchall()
    assert {status for (status,) in found} == {
        "upcoming",
        "in_grace",
        "renewed",
        "late",
        "churned",
    }


def test_all_of_the_companys_arr_is_up_for_renewal_once(warehouse):
    (open_arr,) = one(
        warehouse,
        "select sum(arr_up_for_renewal) from expansion_renewals.renewals where is_open",
    )
    (arr,) = one(warehouse, "select sum(arr) from core.accounts")
    assert open_arr == arr


def test_tech_touch_term_ends_of_2025_churned_what_the_ledger_lost(warehouse):
    """Self-service customers leave when their year ends, and at no other time."""
    (at_renewals,) = one(
        warehouse,
        """
        select sum(arr_up_for_renewal)
        from expansion_renewals.renewals
        where status = 'churned' and account_id like 'T%'
            and term_end_date between date '2025-01-01' and date '2025-12-31'
        """,
    )
    (in_ledger,) = one(
        warehouse,
        """
        select -sum(churned_arr)
        from revenue.arr_monthly
        where account_id like 'T%' and month >= date '2025-01-01'
        """,
    )
    assert at_renewals == in_ledger


def test_the_forecast_of_renewals_comes_near_what_came(warehouse):
    """A month's error 90 days ahead stays under a tenth of what was up in 2025.

    That is a floor under which nobody would plan with it, not its quality: the marts
    say the error of each month.
    """
    (worst,) = one(
        warehouse,
        """
        select max(abs(error_rate))
        from expansion_renewals.renewal_forecast_accuracy
        where month >= date '2025-01-01' and is_complete
        """,
    )
    assert worst < Decimal("0.10")


def test_net_retention_is_forecast_for_four_quarters_with_an_interval(warehouse):
    rows = warehouse.execute(
        """
        select quarters_ahead, target_on, low_nrr, forecast_nrr, high_nrr
        from expansion_renewals.nrr_forecast
        where is_current
        order by quarters_ahead
        """
    ).fetchall()
    assert [row[:2] for row in rows] == [
        (1, date(2026, 3, 31)),
        (2, date(2026, 6, 30)),
        (3, date(2026, 9, 30)),
        (4, date(2026, 12, 31)),
    ]
    for _, _, low, forecast, high in rows:
        assert Decimal("0.5") < low <= forecast <= high < Decimal("1.5")


def test_past_forecasts_of_net_retention_meet_the_actual_of_2025(warehouse):
    (actual,) = one(
        warehouse,
        """
        select actual_nrr
        from expansion_renewals.nrr_forecast
        where forecast_on = date '2024-12-31' and quarters_ahead = 4
        """,
    )
    (published,) = one(
        warehouse,
        """
        select nrr
        from revenue.retention
        where as_of_month = date '2025-12-01' and window_months = 12
            and slice_name = 'all'
        """,
    )
    assert actual == published
