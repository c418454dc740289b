"""The sample company's capacity, by figure, out of the published marts."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

DECEMBER = "date '2025-12-01'"
WEEK = {
    "rescue": Decimal("0.30"),
    "enablement": Decimal("0.25"),
    "expansion": Decimal("0.20"),
    "onboarding": Decimal("0.15"),
    "qbr": Decimal("0.10"),
}


@pytest.fixture(scope="module")
def warehouse(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield connection


def rows(warehouse, query):
    return warehouse.execute(query).fetchall()


# --- Books ----------------------------------------------------------------------------


def test_each_csm_carries_the_book_of_the_seed_documents(warehouse):
    books = rows(
        warehouse,
        f"""
        select csm_id, accounts, band_accounts, band
        from capacity.csm_capacity
        where month = {DECEMBER} and csm_id < 'CSM-07'
        order by csm_id
        """,
    )
    # The tech band is a team's, 500 to 5,000; its 8,000 accounts are more than that.
    assert books == [
        ("CSM-01", 15, 15, "in"),
        ("CSM-02", 65, 65, "in"),
        ("CSM-03", 2000, 8000, "over"),
        ("CSM-04", 2000, 8000, "over"),
        ("CSM-05", 2000, 8000, "over"),
        ("CSM-06", 2000, 8000, "over"),
    ]


def test_tiers_have_2000_65_and_15_accounts_per_csm(warehouse):
    tiers = rows(
        warehouse,
        f"""
        select touch_tier, csms, accounts_per_csm, status
        from capacity.tier_capacity
        where month = {DECEMBER} and recommended_max is not null
        """,
    )
    assert set(tiers) == {
        ("tech", 4, 2000, "over"),
        ("low", 1, 57, "under"),
        ("mid", 1, 65, "in"),
        ("high", 1, 15, "in"),
    }


def test_coverage_names_the_account_without_owner_and_the_mis_tiered_ones(warehouse):
    (mis_tiered,) = rows(
        warehouse,
        """
        select touch_tier, csm_id, csm_touch_tier, status, mismatch
        from capacity.account_coverage
        where arr = 20000 and csm_id = 'CSM-07'
        """,
    )
    assert mis_tiered == (
        "mid",
        "CSM-07",
        "low",
        "mis-tiered",
        "served below its tier",
    )
    # Six more grew beyond 10,000 on a self-service plan and are still tech-touched:
    # those who upgraded. Uncovered: the one without owner, and the unmatched biller.
    assert dict(
        rows(
            warehouse,
            "select status, count(*) from capacity.account_coverage group by status",
        )
    ) == {"covered": 8130, "mis-tiered": 7, "uncovered": 2}


def test_who_left_in_june_has_hours_until_then_and_no_band(warehouse):
    june, may = rows(
        warehouse,
        """
        select available_hours, accounts, band
        from capacity.csm_capacity
        where csm_id = 'CSM-08' and month >= date '2025-05-01'
        order by month desc
        """,
    )
    # Until Monday the 30th: 20 working days of eight hours; 22 days in May.
    assert june == (160, 0, None)
    assert may == (176, 4, "under")


# --- Time -----------------------------------------------------------------------------


@pytest.mark.parametrize("month", ["2025-10-01", "2025-11-01", "2025-12-01"])
def test_the_mid_market_week_is_30_25_20_15_10(warehouse, month):
    shares = rows(
        warehouse,
        f"""
        select category, actual_share
        from capacity.csm_time_shares
        where csm_id = 'CSM-02' and month = date '{month}' and actual_hours > 0
        """,
    )
    assert dict(shares) == WEEK


def test_the_mid_market_csm_spends_50_to_60_percent_with_customers(warehouse):
    quarter = rows(
        warehouse,
        """
        select customer_facing_status, customer_facing_share between 0.5 and 0.6
        from capacity.csm_capacity
        where csm_id = 'CSM-02' and month >= date '2025-10-01'
        """,
    )
    assert quarter == [("in", True)] * 3


def test_the_planned_week_of_45_green_15_yellow_and_5_red_is_the_printed_one(warehouse):
    # The quarter opened with the printed bands; September has 22 working days.
    ((rescue, enablement, expansion),) = rows(
        warehouse,
        """
        select planned_rescue_hours, planned_enablement_hours, planned_expansion_hours
        from capacity.csm_capacity
        where csm_id = 'CSM-02' and month = date '2025-09-01'
        """,
    )
    weeks = Decimal("4.4")
    assert round(rescue / weeks) == 15
    assert round(enablement / weeks) == 12
    assert round(expansion / weeks) == 10


# --- Scorecards -----------------------------------------------------------------------


def scorecard(warehouse, csm_id, period, columns):
    (row,) = rows(
        warehouse,
        f"""
        select {columns}
        from capacity.csm_scorecard
        where csm_id = '{csm_id}' and period = '{period}'
            and period_start + interval 1 {period} = date '2026-01-01'
        """,
    )
    return row


def test_enterprise_year_on_the_scorecard(warehouse):
    assert scorecard(
        warehouse,
        "CSM-01",
        "year",
        """
        opening_arr, closing_arr, round(nrr, 4), round(grr, 4), logo_retention,
        expansion_deals, expansion_arr, case_studies, reviews, speaking_engagements
        """,
    ) == (
        4_200_000,
        4_800_000,
        Decimal("1.1429"),
        Decimal("0.9810"),
        1,
        8,
        680_000,
        4,
        6,
        2,
    )


def test_mid_market_quarter_on_the_scorecard(warehouse):
    assert scorecard(
        warehouse,
        "CSM-02",
        "quarter",
        """
        opening_accounts, retained_accounts, round(logo_retention, 4), nrr,
        yellow_accounts, yellow_to_green_accounts, yellow_to_green_rate
        """,
    ) == (65, 60, Decimal("0.9231"), Decimal("1.06"), 15, 9, Decimal("0.6"))


def test_people_stepped_in_for_240_of_8000_tech_accounts(warehouse):
    ((intervened, accounts),) = rows(
        warehouse,
        """
        select sum(intervened_accounts), sum(opening_accounts)
        from capacity.csm_scorecard
        where period = 'quarter' and period_start = date '2025-10-01'
            and touch_model = 'tech'
        """,
    )
    assert (intervened, accounts, intervened / accounts) == (240, 8000, 0.03)


def test_each_tech_csm_stepped_in_for_3_percent(warehouse):
    rates = rows(
        warehouse,
        """
        select round(intervention_rate, 2)
        from capacity.csm_scorecard
        where period = 'quarter' and period_start = date '2025-10-01'
            and touch_model = 'tech'
        """,
    )
    assert rates == [(Decimal("0.03"),)] * 4


# --- Planning -------------------------------------------------------------------------


def test_rebalancing_covers_everybody_and_says_what_it_cannot_cure(warehouse):
    proposals = rows(
        warehouse,
        """
        select proposal, touch_tier, reason, count(*), sum(accounts_outside)
        from capacity.rebalancing_moves
        group by all
        """,
    )
    assert set(proposals) == {
        ("move", "low", "uncovered", 1, 0),
        ("move", "low", "mis-tiered", 6, 0),
        ("move", "mid", "mis-tiered", 1, 0),
        # 57 - 1 + 7 = 63 accounts, and the band begins at 100.
        ("infeasible", "low", "too few accounts", 1, 37),
        # 8,000 - 6 = 7,994 accounts for one team, whose band ends at 5,000.
        ("infeasible", "tech", "too few teams", 1, 2994),
    }


def test_the_forecast_goes_twelve_months_ahead_in_three_scenarios_from_today(warehouse):
    shape = rows(
        warehouse,
        """
        select scenario, count(*), min(month), max(month)
        from capacity.headcount_forecast
        group by scenario
        """,
    )
    assert {(name, months) for name, months, _, _ in shape} == {
        (name, 48) for name in ("low", "expected", "high")
    }
    assert {(str(first), str(last)) for _, _, first, last in shape} == {
        ("2026-01-01", "2026-12-01")
    }
    broken = rows(
        warehouse,
        f"""
        select forecast.*
        from capacity.headcount_forecast as forecast
        inner join capacity.tier_capacity as today
            on today.touch_tier = forecast.touch_tier and today.month = {DECEMBER}
        left join capacity.headcount_forecast as before
            on before.touch_tier = forecast.touch_tier
            and before.scenario = forecast.scenario
            and before.month + interval 1 month = forecast.month
        where forecast.accounts <> coalesce(before.accounts, today.accounts)
            - forecast.churned_accounts + forecast.arriving_accounts
        """,
    )
    assert broken == []


def test_a_higher_scenario_never_has_fewer_accounts(warehouse):
    assert not rows(
        warehouse,
        """
        select 1
        from capacity.headcount_forecast as low
        inner join capacity.headcount_forecast as high using (touch_tier, month)
        where low.scenario = 'low' and high.scenario = 'high'
            and low.accounts > high.accounts
        """,
    )


def test_lifetime_values_lie_in_the_seed_documents_ranges(warehouse):
    economics = rows(
        warehouse,
        """
        select touch_tier, cltv, expected_cltv_from, expected_cltv_to
        from capacity.tier_economics
        """,
    )
    assert len(economics) == 4
    for tier, cltv, lowest, highest in economics:
        assert (lowest or 0) <= cltv <= highest, tier
