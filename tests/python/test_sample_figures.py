"""The sample company's figures, each by name, out of the published marts.

They are those of the seed documents: what a reader can check a headline against.
tests/python/test_sample_company.py finds the same in the raw rows, without SQL.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

KEY_ACCOUNT_BASE = 420_000
PERCENT = Decimal("0.0001")


@pytest.fixture(scope="module")
def warehouse(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield connection


def one(warehouse, query, *parameters):
    rows = warehouse.execute(query, parameters).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows where one was meant"
    return rows[0]


def retention(warehouse, measure, window, csm_id):
    (value,) = one(
        warehouse,
        f"""
        select {measure}
        from revenue.retention
        where as_of_month = date '2025-12-01' and window_months = ?
            and slice_name = 'csm' and slice_value = ?
        """,
        window,
        csm_id,
    )
    return value


def percent(rate):
    """Round a rate to the printed digits: 1.142857 is 114.29 %."""
    return rate.quantize(PERCENT)


@pytest.mark.parametrize(
    ("measure", "figure"),
    [
        ("base_accounts", 15),
        ("base_arr", 4_200_000),
        ("current_arr", 4_800_000),
        ("percent nrr", Decimal("1.1429")),
        ("percent grr", Decimal("0.9810")),
        ("logo_retention", 1),
    ],
)
def test_enterprise_book_2025(warehouse, measure, figure):
    rounded, _, column = measure.rpartition(" ")
    value = retention(warehouse, column, 12, "CSM-01")
    assert (percent(value) if rounded else value) == figure


def test_enterprise_bridge_has_eight_expansions_of_680_000_and_contraction_of_80_000(
    warehouse,
):
    expansion, contraction, churned = one(
        warehouse,
        """
        select sum(expansion_arr), sum(contraction_arr), sum(churned_arr)
        from revenue.arr_waterfall
        where slice_name = 'csm' and slice_value = 'CSM-01'
            and month between date '2025-01-01' and date '2025-12-01'
        """,
    )
    assert (expansion, contraction, churned) == (680_000, -80_000, 0)
    (deals,) = one(
        warehouse,
        """
        select count(*)
        from revenue.arr_events
        inner join core.account_owners using (account_id)
        where csm_id = 'CSM-01' and is_current
            and movement_type = 'expansion' and event_on >= date '2025-01-01'
        """,
    )
    assert deals == 8


def test_key_account_grew_by_75_000_on_420_000_half_a_year_before_its_renewal(
    warehouse,
):
    delta, product, opening, months_before = one(
        warehouse,
        """
        select delta_arr, product_arr, opening_arr,
            date_diff('month', event_on, term_end_date)
        from revenue.arr_events
        inner join core.accounts using (account_id)
        where opening_arr = ? and movement_type = 'expansion'
            and csm_id = 'CSM-01' and event_on >= date '2025-10-01'
        """,
        KEY_ACCOUNT_BASE,
    )
    assert (delta, product, opening) == (75_000, 75_000, KEY_ACCOUNT_BASE)
    assert percent(delta / opening) == Decimal("0.1786")
    assert months_before == 6


@pytest.mark.parametrize(
    ("measure", "figure"),
    [
        ("base_accounts", 65),
        ("retained_accounts", 60),
        ("percent nrr", Decimal("1.0600")),
        ("percent logo_retention", Decimal("0.9231")),
    ],
)
def test_mid_market_book_q4_2025(warehouse, measure, figure):
    rounded, _, column = measure.rpartition(" ")
    value = retention(warehouse, column, 3, "CSM-02")
    assert (percent(value) if rounded else value) == figure


def test_mid_market_q4_has_5_churned_3_downgraded_and_8_expanded(warehouse):
    counts = dict(
        warehouse.execute(
            """
            with base as (
                select account_id, closing_arr as base_arr
                from revenue.arr_monthly
                where month = date '2025-09-01' and closing_arr > 0
                    and closing_csm_id = 'CSM-02'
            )
            select
                case
                    when coalesce(closing_arr, 0) = 0 then 'churned'
                    when closing_arr < base_arr then 'downgraded'
                    when closing_arr > base_arr then 'expanded'
                    else 'flat'
                end,
                count(*)
            from base
            left join revenue.arr_monthly as latest
                on base.account_id = latest.account_id
                and latest.month = date '2025-12-01'
            group by all
            """
        ).fetchall()
    )
    assert counts == {"churned": 5, "downgraded": 3, "expanded": 8, "flat": 49}


def test_tech_touch_team_2025_keeps_87_percent_gross_and_95_percent_net(warehouse):
    accounts, grr, nrr = one(
        warehouse,
        """
        select sum(base_accounts), sum(gross_retained_arr) / sum(base_arr),
            sum(current_arr) / sum(base_arr)
        from revenue.retention
        where as_of_month = date '2025-12-01' and window_months = 12
            and slice_name = 'csm' and slice_value between 'CSM-03' and 'CSM-06'
        """,
    )
    assert accounts == 8_000
    assert 0.865 <= grr < 0.875
    assert 0.945 <= nrr < 0.955


def test_each_tech_touch_csm_has_2_000_accounts(warehouse):
    assert warehouse.execute(
        """
        select csm_id, count(*)
        from core.accounts
        where is_customer and csm_id between 'CSM-03' and 'CSM-06'
        group by csm_id
        order by csm_id
        """
    ).fetchall() == [(f"CSM-0{n}", 2_000) for n in range(3, 7)]


def test_techcorp_pays_45_000_is_nine_months_old_and_renews_in_three(warehouse):
    arr, tenure, renewal, stage = one(
        warehouse,
        """
        select arr, tenure_days, days_to_renewal, lifecycle_stage
        from core.accounts
        where account_name = 'TechCorp'
        """,
    )
    assert arr == 45_000
    assert 270 <= tenure <= 280
    assert 88 <= renewal <= 93
    assert stage == "renewal"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (
            "movement_type from revenue.arr_monthly",
            "churn contraction expansion new none paused reactivation resumed",
        ),
        ("touch_tier from core.accounts where is_customer and not is_unmatched",
         "high low mid tech"),
        (
            "lifecycle_stage from core.accounts",
            "adoption churned growth onboarding prospect renewal",
        ),
    ],
)  # fmt: skip
def test_the_sample_shows_every_kind_of(warehouse, column, values):
    found = warehouse.execute(f"select distinct {column}").fetchall()
    assert sorted(value for (value,) in found) == values.split()


@pytest.mark.parametrize(
    "cause", ["seats", "price", "product", "tier", "discount_expiry"]
)
def test_the_sample_shows_every_cause(warehouse, cause):
    (events,) = one(
        warehouse,
        f"select count(*) from revenue.arr_events where {cause}_arr <> 0",
    )
    assert events > 0


def test_one_subscription_matches_nothing_and_waits_with_its_arr(warehouse):
    assert warehouse.execute(
        "select reason, arr from quality.unmatched_billing"
    ).fetchall() == [("domain matches no single account", 7_200)]


def test_a_merged_account_counts_once_and_a_parent_has_three_subsidiaries(warehouse):
    merged = warehouse.execute(
        "select account_id from staging.stg_crm__accounts where is_merged"
    ).fetchall()
    assert len(merged) >= 1
    children = warehouse.execute(
        """
        select count(*) from core.accounts
        where parent_account_id is not null
        group by parent_account_id
        """
    ).fetchall()
    assert (3,) in children


def test_nothing_in_the_sample_is_refused(warehouse):
    assert warehouse.execute("select * from quality.quarantined_rows").fetchall() == []
