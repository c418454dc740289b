"""The oracle against examples worked by hand, and against what is always true."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Ledger, Policies, Refused, Row, Tables, build, compare, from_mart
from oracle.arithmetic import add_months, ratio, round_half_up
from oracle.companies import (
    DEFAULT_AS_OF,
    SeededDice,
    companies,
    random_blocks,
    random_company,
    to_company_block,
    union,
    write_csv,
)
from oracle.ledger import KEYS
from oracle.movements import AMOUNTS, COUNTS

AS_OF = date(2025, 12, 31)
quick = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
any_policies = st.sampled_from(
    [
        Policies(),
        Policies(currency_policy="historical"),
        Policies(account_grain="parent"),
        Policies(currency_policy="historical", account_grain="parent"),
        Policies(reactivation_window_days=45, renewal_grace_days=0),
    ]
)


# Small companies in few words


def account(account_id: str, **values: str) -> Row:
    return {
        "account_id": account_id,
        "account_name": account_id,
        "created_at": "2020-01-01",
        **values,
    }


def subscription(subscription_id: str, started_on: str, **values: str) -> Row:
    return {
        "subscription_id": subscription_id,
        "account_id": subscription_id.split("-")[0],
        "started_on": started_on,
        **values,
    }


def item(subscription_id: str, unit_price: str, **values: str) -> Row:
    row: Row = {
        "subscription_item_id": f"{subscription_id}/{unit_price}",
        "subscription_id": subscription_id,
        "unit_price": unit_price,
        "billing_interval": "year",
    }
    return {**row, **values}


def company(
    subscriptions: list[Row],
    items: list[Row],
    accounts: list[Row] | None = None,
    **tables: list[Row],
) -> Tables:
    ids = {str(row["account_id"]) for row in subscriptions if row.get("account_id")}
    return {
        "crm_accounts": accounts or [account(account_id) for account_id in ids],
        "billing_subscriptions": subscriptions,
        "billing_subscription_items": items,
        **tables,
    }


def movements(ledger: Ledger, account_id: str = "a") -> dict[str, tuple[str, int]]:
    """Month -> movement and the closing in whole units, quiet months left out."""
    return {
        f"{row['month']:%Y-%m}": (str(row["movement_type"]), row["closing_arr"] // 100)
        for row in ledger.arr_monthly
        if row["account_id"] == account_id and row["movement_type"] != "none"
    }


def cell(ledger: Ledger, month: date, window: int, name: str, value: str) -> dict:
    (found,) = (
        row
        for row in ledger.retention
        if (row["as_of_month"], row["window_months"]) == (month, window)
        and (row["slice_name"], row["slice_value"]) == (name, value)
    )
    return found


def spans(ledger: Ledger) -> list[tuple[str, str | None]]:
    pairs = [
        (f"{row['valid_from']}", row["valid_to"] and f"{row['valid_to']}")
        for row in ledger.arr_lines
    ]
    return sorted(pairs, key=str)


# Worked by hand


def test_enterprise_year_has_the_printed_retention():
    # 1,000,000 + 1,200,000 + 2,000,000 = 4,200,000 opens 2025.
    # One account +680,000, one -80,000: 4,200,000 + 680,000 - 80,000 = 4,800,000.
    # NRR 4.8 / 4.2 = 1.142857; GRR (1.0 + 1.12 + 2.0) / 4.2 = 4.12 / 4.2 = 0.980952.
    # A new account of 300,000 is in neither side.
    rows = company(
        [subscription(s, "2024-01-01") for s in "abc"]
        + [subscription("d", "2025-03-01")],
        [
            item("a", "1000000", valid_to="2025-06-10"),
            item("a", "1680000", valid_from="2025-06-10"),
            item("b", "1200000", valid_to="2025-09-01"),
            item("b", "1120000", valid_from="2025-09-01"),
            item("c", "2000000"),
            item("d", "300000"),
        ],
    )
    year = cell(build(rows, AS_OF), date(2025, 12, 1), 12, "all", "all")
    assert year["base_arr"] == 4_200_000_00
    assert year["current_arr"] == 4_800_000_00
    assert year["nrr"] == Fraction("1.142857")
    assert year["grr"] == Fraction("0.980952")
    assert year["logo_retention"] == 1
    assert year["base_accounts"] == 3


def test_logo_retention_of_60_out_of_65_is_92_31_percent():
    # 5 of 65 leave: 60 / 65 = 0.923076923... -> 0.923077.
    ids = [f"a{n}" for n in range(65)]
    rows = company(
        [
            subscription(
                s, "2025-01-01", **({"ended_on": "2025-11-01"} if n < 5 else {})
            )
            for n, s in enumerate(ids)
        ],
        [item(s, "30000") for s in ids],
    )
    quarter = cell(build(rows, AS_OF), date(2025, 12, 1), 3, "touch_tier", "mid")
    assert (quarter["base_accounts"], quarter["retained_accounts"]) == (65, 60)
    assert quarter["logo_retention"] == Fraction("0.923077")


@pytest.mark.parametrize(
    ("as_of", "end"),
    # The term ends on 2025-06-30; + 30 days is 2025-07-30.
    [
        (date(2025, 7, 29), None),  # day 29 after the term: still in grace
        (date(2025, 7, 30), "2025-06-30"),  # grace is over: dated at the term end
        (date(2025, 12, 31), "2025-06-30"),
    ],
)
def test_a_term_that_lapsed_stays_for_the_grace_and_is_then_restated(as_of, end):
    term = {"current_term_end": "2025-06-30", "auto_renews": "false"}
    rows = company([subscription("a", "2024-07-01", **term)], [item("a", "1200")])
    assert spans(build(rows, as_of)) == [("2024-07-01", end)]


@pytest.mark.parametrize(
    ("renewed_on", "expected"),
    [
        # 29 and 30 days late: one unbroken contract.
        ("2025-07-29", {"2024-07": ("new", 1200)}),
        ("2025-07-30", {"2024-07": ("new", 1200)}),
        # 31 days late: June's last day has none (the term ended that day), and the
        # account comes back on the last day of July.
        (
            "2025-07-31",
            {
                "2024-07": ("new", 1200),
                "2025-06": ("churn", 0),
                "2025-07": ("reactivation", 1200),
            },
        ),
    ],
)
def test_a_late_renewal_leaves_a_gap_only_after_the_grace(renewed_on, expected):
    rows = company(
        [
            subscription(
                "a", "2024-07-01", current_term_end="2025-06-30", auto_renews="no"
            ),
            subscription("a-2", renewed_on, renewed_from_subscription_id="a"),
        ],
        [item("a", "1200"), item("a-2", "1200")],
    )
    assert movements(build(rows, AS_OF)) == expected


def test_a_renewal_after_the_as_of_date_is_not_known():
    # As of 2025-07-10 the lapsed term is in grace. The renewal of 07-15, and the
    # term that starts in place on 07-20 (it ends the old one there), lie ahead.
    rows = company(
        [
            subscription(
                "a", "2024-07-01", current_term_end="2025-06-30", auto_renews="false"
            ),
            subscription("a-2", "2025-07-15", renewed_from_subscription_id="a"),
            subscription(
                "b",
                "2024-07-20",
                current_term_start="2025-07-20",
                current_term_end="2026-07-20",
                auto_renews="false",
            ),
        ],
        [item("a", "1200"), item("a-2", "5000"), item("b", "10")],
    )
    known = build(rows, date(2025, 7, 10))
    assert spans(known) == [("2024-07-01", None), ("2024-07-20", None)]


def test_without_a_term_or_with_auto_renewal_it_stays_until_it_ends():
    rows = company(
        [
            subscription("a", "2024-01-01", current_term_end="2025-01-01"),
            subscription("b", "2024-01-01", auto_renews="false"),
            subscription("c", "2024-01-01", ended_on="2026-01-01"),  # not yet known
            subscription("d", "2024-01-01", ended_on="2025-12-31"),
        ],
        [item(s, "1200") for s in "abcd"],
    )
    ends = {row["account_id"]: row["valid_to"] for row in build(rows, AS_OF).arr_lines}
    assert ends == {"a": None, "b": None, "c": None, "d": AS_OF}


def test_a_pause_takes_the_account_to_zero_and_back():
    # Paused 2025-03-10 to 05-20: March closes at 0, May closes at 1,200 again.
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "1200")],
        billing_pauses=[
            {
                "subscription_id": "a",
                "paused_on": "2025-03-10",
                "resumed_on": "2025-05-20",
            }
        ],
    )
    ledger = build(rows, AS_OF)
    assert movements(ledger) == {
        "2025-01": ("new", 1200),
        "2025-03": ("paused", 0),
        "2025-05": ("resumed", 1200),
    }
    assert spans(ledger) == [("2025-01-01", "2025-03-10"), ("2025-05-20", None)]
    # March to June, 3 months: then 0. February to May: fell to 0 in March and April.
    may = cell(ledger, date(2025, 5, 1), 3, "all", "all")
    assert (may["nrr"], may["nrr_excluding_reactivated"], may["grr_low_water"]) == (
        1,
        0,
        0,
    )
    assert cell(ledger, date(2025, 6, 1), 3, "all", "all")["nrr"] is None


def test_overlapping_pauses_make_one_gap_and_an_empty_one_none():
    pauses = [("03-01", "03-10"), ("03-05", "03-20"), ("03-20", "03-25"), ("04", "04")]
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "1200")],
        billing_pauses=[
            {
                "subscription_id": "a",
                "paused_on": f"2025-{start}" + ("-01" if start == "04" else ""),
                "resumed_on": f"2025-{end}" + ("-01" if end == "04" else ""),
            }
            for start, end in pauses
        ],
    )
    assert spans(build(rows, AS_OF)) == [
        ("2025-01-01", "2025-03-01"),
        ("2025-03-25", None),
    ]


def test_one_of_two_subscriptions_pausing_is_a_contraction():
    rows = company(
        [subscription("a", "2025-01-01"), subscription("a-2", "2025-01-01")],
        [item("a", "1000"), item("a-2", "200")],
        billing_pauses=[{"subscription_id": "a-2", "paused_on": "2025-02-10"}],
    )
    assert movements(build(rows, AS_OF)) == {
        "2025-01": ("new", 1200),
        "2025-02": ("contraction", 1000),
    }


@pytest.mark.parametrize(
    ("window", "movement"),
    # Away from 2025-03-01 to 2025-05-10: 31 + 30 + 9 = 70 days.
    [(None, "reactivation"), (70, "reactivation"), (69, "new")],
)
def test_a_return_is_a_reactivation_inside_the_window(window, movement):
    rows = company(
        [
            subscription("a", "2025-01-01", ended_on="2025-03-01"),
            subscription("a-2", "2025-05-10"),
        ],
        [item("a", "1200"), item("a-2", "900")],
    )
    ledger = build(rows, AS_OF, Policies(reactivation_window_days=window))
    assert movements(ledger) == {
        "2025-01": ("new", 1200),
        "2025-03": ("churn", 0),
        "2025-05": (movement, 900),
    }
    # The cohort stays January's, whatever the return is called.
    assert {row["cohort_month"] for row in ledger.retention_cohorts} == {
        date(2025, 1, 1)
    }


@pytest.mark.parametrize(
    ("values", "cents"),
    [
        # 33.33 x 12 = 399.96 a seat; 3 seats in one item 1,199.88.
        ({"unit_price": "33.33", "quantity": "3"}, 1199_88),
        # 417.005 x 12 = 5,004.06 exactly: prices keep their own decimals.
        ({"unit_price": "417.005"}, 5004_06),
        # 0.005 a year is half a cent, and rounds up; 0.0049 down.
        ({"unit_price": "0.005", "billing_interval": "year"}, 1),
        ({"unit_price": "0.0049", "billing_interval": "year"}, 0),
        # 1.0125 x 365 x 10 = 3,695.625 -> 3,695.63.
        (
            {"unit_price": "1.0125", "quantity": "10", "billing_interval": "day"},
            3695_63,
        ),
        # 100 x 52 / 2 = 2,600. 77.77 x 12 / 18 = 51.84666... -> 51.85.
        (
            {"unit_price": "100", "billing_interval": "week", "interval_count": "2"},
            2600_00,
        ),
        ({"unit_price": "77.77", "interval_count": "18"}, 51_85),
        # 100 x 12 x (1 - 0.333333) = 800.0004 -> 800.00.
        ({"unit_price": "100", "discount_percent": "33.3333"}, 800_00),
        ({"unit_price": "36000", "billing_interval": "year", "interval_count": "3"},
         12000_00),
    ],
)  # fmt: skip
def test_item_arr_is_exact_and_rounded_half_up(values, cents):
    rows = company(
        [subscription("a", "2025-01-01")],
        [{**item("a", "0"), "billing_interval": "month", **values}],
    )
    assert [row["arr"] for row in build(rows, AS_OF).arr_lines] == [cents]


def test_three_items_are_the_sum_of_three_rounded_items():
    # 0.335 -> 0.34 each, 1.02 in all; not round(1.005) = 1.01.
    items = [item("a", "0.335", subscription_item_id=f"i{n}") for n in range(3)]
    rows = company([subscription("a", "2025-01-01")], items)
    assert build(rows, AS_OF).arr_monthly[0]["closing_arr"] == 102


def test_constant_currency_takes_the_rate_before_the_year():
    # Reference 2024-12-31: the last rate on or before it is 11-30's 1.10.
    # 1,000.05 x 1.10 = 1,100.055 -> 1,100.06. CHF has only a later rate: 1.20.
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "1000.05", currency="EUR"), item("a", "100", currency="chf")],
        billing_exchange_rates=[
            {"currency": "EUR", "rate_date": "2024-10-31", "rate": "1.05"},
            {"currency": "EUR", "rate_date": "2024-11-30", "rate": "1.10"},
            {"currency": "EUR", "rate_date": "2025-01-31", "rate": "1.50"},
            {"currency": "CHF", "rate_date": "2025-06-30", "rate": "1.2"},
        ],
    )
    assert sorted(row["arr"] for row in build(rows, AS_OF).arr_lines) == [
        120_00,
        1100_06,
    ]


def test_historical_currency_books_the_difference_as_fx():
    # January closes at 1,000 x 1.10 = 1,100. February's rate is 1.20 and seats go
    # from 10 to 12: fx = 1,000 x (1.20 - 1.10) = 100, expansion = 200 x 1.20 = 240.
    # March: only the rate moves, to 1.15: 1,200 x 1.15 = 1,380, fx -60, movement none.
    rows = company(
        [subscription("a", "2025-01-01")],
        [
            item("a", "100", quantity="10", currency="EUR", valid_to="2025-02-14"),
            item(
                "a",
                "100",
                subscription_item_id="more",
                quantity="12",
                currency="EUR",
                valid_from="2025-02-14",
            ),
        ],
        billing_exchange_rates=[
            {"currency": "EUR", "rate_date": f"2025-{day}", "rate": rate}
            for day, rate in [("01-31", "1.1"), ("02-28", "1.2"), ("03-31", "1.15")]
        ],
    )
    ledger = build(rows, date(2025, 3, 31), Policies(currency_policy="historical"))
    columns = ("movement_type", "opening_arr", "expansion_arr", "fx_arr", "closing_arr")
    assert [tuple(row[c] for c in columns) for row in ledger.arr_monthly] == [
        ("new", 0, 0, 0, 1100_00),
        ("expansion", 1100_00, 240_00, 100_00, 1440_00),
        ("none", 1440_00, 0, -60_00, 1380_00),
    ]


def test_a_currency_without_a_rate_stops_the_run_with_its_name():
    rows = company([subscription("a", "2025-01-01")], [item("a", "1", currency="SEK")])
    with pytest.raises(Refused, match="SEK"):
        build(rows, AS_OF)


def test_a_trial_counts_from_its_first_paid_day():
    # Trial to 2025-02-10: January closes at 0 and is not in the ledger.
    rows = company(
        [
            subscription("a", "2025-01-15", trial_ends_on="2025-02-10"),
            subscription("b", "2025-12-20", trial_ends_on="2026-01-20"),
        ],
        [item("a", "1200"), item("b", "900")],
    )
    ledger = build(rows, AS_OF)
    assert movements(ledger) == {"2025-02": ("new", 1200)}
    assert spans(ledger) == [("2025-02-10", None)]


def test_usage_and_one_time_charges_are_not_arr():
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "5", charge_type="usage"), item("a", "6", charge_type="one_time")],
    )
    assert build(rows, AS_OF).arr_lines == []


def test_coming_and_going_inside_a_month_is_flagged_and_counts_as_before():
    # In on 2025-02-05, out on 02-20; back in April.
    rows = company(
        [
            subscription("a", "2025-02-05", ended_on="2025-02-20"),
            subscription("a-2", "2025-04-01"),
        ],
        [item("a", "1200"), item("a-2", "1200")],
    )
    ledger = build(rows, date(2025, 4, 15))
    columns = ("movement_type", "closing_arr", "has_intra_month_churn", "is_partial")
    assert [tuple(row[c] for c in columns) for row in ledger.arr_monthly] == [
        ("none", 0, True, False),
        ("none", 0, False, False),
        ("reactivation", 1200_00, False, True),
    ]


def test_a_swap_and_an_up_and_down_on_one_day_net_per_account():
    # Plan swap 1,000 -> 1,500 on 2025-02-28 is expansion of 500. On 2025-03-31 a
    # version that starts and ends that day never was in force.
    rows = company(
        [subscription("a", "2025-01-01")],
        [
            item("a", "1000", product_id="p", valid_to="2025-02-28"),
            item("a", "1500", product_id="q", valid_from="2025-02-28"),
            item("a", "9", valid_from="2025-03-31", valid_to="2025-03-31"),
        ],
        billing_products=[
            {"product_id": "p", "product_name": "P", "product_family": "one"},
            {"product_id": "q", "product_name": "Q", "product_family": "two"},
        ],
    )
    ledger = build(rows, AS_OF)
    assert movements(ledger) == {
        "2025-01": ("new", 1000),
        "2025-02": ("expansion", 1500),
    }
    families = {
        row["slice_value"]: row["expansion_arr"]
        for row in ledger.arr_waterfall
        if row["month"] == date(2025, 2, 1) and row["slice_name"] == "product_family"
    }
    assert families == {"one": -1000_00, "two": 1500_00}


def test_a_merged_account_lives_on_in_its_survivor():
    # b was merged into a, a into c: their 700 + 500 have been c's all along.
    rows = company(
        [subscription("a", "2025-01-01"), subscription("b", "2025-02-01")],
        [item("a", "700"), item("b", "500")],
        [
            account("a", merged_into_account_id="c"),
            account("b", merged_into_account_id="a"),
            account("c", region="north"),
        ],
    )
    ledger = build(rows, AS_OF)
    assert {row["account_id"] for row in ledger.arr_monthly} == {"c"}
    assert movements(ledger, "c") == {
        "2025-01": ("new", 700),
        "2025-02": ("expansion", 1200),
    }
    assert cell(ledger, date(2025, 3, 1), 1, "region", "north")["base_arr"] == 1200_00


def test_the_parent_grain_rolls_up_to_the_ultimate_parent():
    # Moving 500 from one subsidiary to another is nothing to the parent.
    rows = company(
        [
            subscription("a", "2025-01-01", ended_on="2025-03-01"),
            subscription("b", "2025-03-01"),
        ],
        [item("a", "500"), item("b", "500")],
        [
            account("a", parent_account_id="m"),
            account("b", parent_account_id="m"),
            account("m", parent_account_id="t"),
            account("t"),
        ],
    )
    assert movements(build(rows, AS_OF)) == {
        "2025-01": ("new", 500),
        "2025-03": ("churn", 0),
    }
    rolled_up = build(rows, AS_OF, Policies(account_grain="parent"))
    assert movements(rolled_up, "t") == {"2025-01": ("new", 500)}


def test_billing_reaches_its_account_by_id_mapping_or_domain():
    def linked(subscription_id: str, billing_id: str) -> Row:
        return {
            "subscription_id": subscription_id,
            "billing_customer_id": billing_id,
            "started_on": "2025-01-01",
        }

    rows = company(
        [subscription("a", "2025-01-01"), *(linked(f"s{n}", f"b{n}") for n in "1234")],
        [item(s, "100") for s in ("a", "s1", "s2", "s3", "s4")],
        [
            account("a", domain="a.example"),
            account("b", domain="B.example"),
            account("c", domain="two.example"),
            account("d", domain="two.example"),
            account("t", domain="t.example", is_test="1"),
        ],
        billing_customers=[
            {"billing_customer_id": "b1", "account_id": "a"},
            {"billing_customer_id": "b2", "email_domain": "b.EXAMPLE"},
            {"billing_customer_id": "b3", "email_domain": "two.example"},
            {"billing_customer_id": "b4", "account_id": "t"},
        ],
    )
    ledger = build(rows, AS_OF)
    assert {str(row["account_id"]) for row in ledger.arr_lines} == {
        "a",
        "b",
        "unmatched:b3",
    }
    assert cell(ledger, date(2025, 2, 1), 1, "touch_tier", "unassigned")[
        "base_arr"
    ] == (100_00)


def test_a_domain_shared_by_merged_accounts_is_unique():
    rows = company(
        [
            {
                "subscription_id": "s",
                "billing_customer_id": "b",
                "started_on": "2025-01-01",
            }
        ],
        [item("s", "100")],
        [
            account("a", domain="same.example", merged_into_account_id="c"),
            account("c", domain="same.example"),
        ],
        billing_customers=[
            {"billing_customer_id": "b", "email_domain": "same.example"}
        ],
    )
    assert movements(build(rows, AS_OF), "c") == {"2025-01": ("new", 100)}


def test_an_account_entered_late_still_owns_its_earlier_subscriptions():
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "100")],
        [account("a", created_at="2026-03-01T00:00:00Z")],
    )
    assert {row["account_id"] for row in build(rows, AS_OF).arr_lines} == {"a"}


def test_a_paused_free_plan_does_not_excuse_a_churn():
    rows = company(
        [
            subscription("a", "2025-01-01", ended_on="2025-03-05"),
            subscription("a-2", "2025-01-01"),
        ],
        [item("a", "1200"), item("a-2", "0")],
        billing_pauses=[{"subscription_id": "a-2", "paused_on": "2025-02-10"}],
    )
    assert movements(build(rows, AS_OF))["2025-03"] == ("churn", 0)


def test_families_that_change_places_move_nothing_in_all():
    # 1,000 leaves family one and enters two in February: the account's movement is
    # none, the families book -1,000 and +1,000 as expansion, 0 together. To whoever
    # reads the family alone, one lost its customer (NRR 0), though the account stays.
    rows = company(
        [subscription("a", "2025-01-01")],
        [
            item("a", "1000", product_id="p", valid_to="2025-02-10"),
            item(
                "a",
                "1000",
                subscription_item_id="new",
                product_id="q",
                valid_from="2025-02-10",
            ),
        ],
        billing_products=[
            {"product_id": "p", "product_name": "P", "product_family": "one"},
            {"product_id": "q", "product_name": "Q", "product_family": "two"},
        ],
    )
    ledger = build(rows, AS_OF)
    booked = {
        (row["slice_name"], row["slice_value"]): row["expansion_arr"]
        for row in ledger.arr_waterfall
        if row["month"] == date(2025, 2, 1)
    }
    assert booked["product_family", "one"] == -1000_00
    assert booked["product_family", "two"] == 1000_00
    assert booked["all", "all"] == 0
    february = date(2025, 2, 1)
    assert cell(ledger, february, 1, "product_family", "one")["nrr"] == 0
    assert cell(ledger, february, 1, "all", "all")["nrr"] == 1


def test_segments_are_frozen_at_the_opening():
    # 4,000 -> 6,000 in February: the move belongs to tech, March opens in low.
    # Of the two plans only one is self-service, so the ceiling of 10,000 is not for it.
    rows = company(
        [subscription("a", "2025-01-01")],
        [
            item("a", "4000", product_id="p"),
            item("a", "2000", product_id="q", valid_from="2025-02-10"),
        ],
        billing_products=[
            {"product_id": "p", "product_name": "P", "is_self_service": "yes"},
            {"product_id": "q", "product_name": "Q", "is_self_service": "no"},
        ],
    )
    ledger = build(rows, date(2025, 3, 31))
    assert [row["opening_touch_tier"] for row in ledger.arr_monthly] == [
        "tech",
        "tech",
        "low",
    ]
    assert cell(ledger, date(2025, 2, 1), 1, "touch_tier", "tech")["nrr"] == Fraction(
        3, 2
    )


@pytest.mark.parametrize(
    ("price", "is_self_service", "tier"),
    [
        ("100000", None, "high"),
        ("99999.99", None, "mid"),
        ("20000", None, "mid"),
        ("19999.99", None, "low"),
        ("5000", None, "low"),
        ("4999.99", None, "tech"),
        ("9999.99", "true", "tech"),
        ("10000", "true", "low"),
    ],
)
def test_touch_tiers_are_half_open(price, is_self_service, tier):
    product: Row = {
        "product_id": "p",
        "product_name": "P",
        "is_self_service": is_self_service,
    }
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", price, product_id="p")],
        billing_products=[product],
    )
    tiers = {row["opening_touch_tier"] for row in build(rows, AS_OF).arr_monthly}
    assert tiers == {tier}


def test_the_owner_is_the_one_at_the_start_of_the_window():
    # m1 owns to 2025-02-28 (exclusive), m2 after: January belongs to m1, February's
    # last day to m2. The waterfall takes the last day of the month before; the first
    # month, without an opening, its own last day.
    rows = company(
        [subscription("a", "2025-01-01")],
        [item("a", "100")],
        crm_csms=[{"csm_id": m, "csm_name": m} for m in ("m1", "m2")],
        crm_account_owners=[
            {"account_id": "a", "csm_id": "m1", "valid_from": "2025-01-31",
             "valid_to": "2025-02-28"},
            {"account_id": "a", "csm_id": "m2", "valid_from": "2025-02-28"},
        ],
    )  # fmt: skip
    ledger = build(rows, date(2025, 4, 30))
    owners = {
        f"{row['month']:%m}": row["slice_value"]
        for row in ledger.arr_waterfall
        if row["slice_name"] == "csm"
    }
    assert owners == {"01": "m1", "02": "m1", "03": "m2", "04": "m2"}
    assert cell(ledger, date(2025, 3, 1), 1, "csm", "m2")["base_arr"] == 100_00


def test_the_cohort_triangle_counts_from_the_first_closing():
    # 1,000 from 2025-10; 1,400 from November; 0 from 2025-12-10: ages 0, 1, 2.
    rows = company(
        [subscription("a", "2025-10-31", ended_on="2025-12-10")],
        [
            item("a", "1000", valid_to="2025-11-15"),
            item("a", "1400", valid_from="2025-11-15"),
        ],
    )
    triangle = [
        (row["age_months"], row["nrr"], row["grr"], row["is_complete"])
        for row in build(rows, date(2025, 12, 15)).retention_cohorts
        if row["slice_name"] == "all"
    ]
    assert triangle == [
        (0, 1, 1, True),
        (1, Fraction(7, 5), 1, True),
        (2, 0, 0, False),
    ]


def test_the_newest_known_row_of_a_key_wins():
    # The version of 2026 is not known yet; of the other two the newer ends in May.
    versions = [
        subscription("a", "2025-01-01", ended_on=end, updated_at=at)
        for end, at in [
            ("2025-03-01", "2025-02-01T00:00:00Z"),
            ("2025-05-01", "2025-04-01T00:00:00Z"),
            ("2025-07-01", "2026-01-01T00:00:00Z"),
        ]
    ]
    rows = company([*versions, versions[0]], [item("a", "1")])
    assert spans(build(rows, AS_OF)) == [("2025-01-01", "2025-05-01")]
    conflict = company([subscription("a", "2025-01-01")], [item("a", "1")])
    conflict["billing_subscriptions"].append(subscription("a", "2025-01-02"))
    with pytest.raises(Refused):
        build(conflict, AS_OF)


def test_the_leap_day_is_a_month_end():
    rows = company(
        [subscription("a", "2024-02-29", ended_on="2024-03-01")], [item("a", "365")]
    )
    assert movements(build(rows, date(2024, 12, 31))) == {
        "2024-02": ("new", 365),
        "2024-03": ("churn", 0),
    }
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_halves_go_up_and_empty_bases_are_null():
    assert [round_half_up(Fraction(n, 2)) for n in (1, 3, 4, -1)] == [1, 2, 2, 0]
    assert ratio(1, 128_000_000) == Fraction(0)
    assert ratio(1, 128) == Fraction("0.007813")
    assert ratio(1, 0) is None


# Always true


def check_arithmetic(ledger: Ledger) -> None:
    """Opening + movements = closing everywhere, and parts add to their total."""
    for row in [*ledger.arr_monthly, *ledger.arr_waterfall]:
        parts = [row[c] for c in AMOUNTS if c not in ("opening_arr", "closing_arr")]
        assert row["opening_arr"] + sum(parts) == row["closing_arr"], row
    last: dict[str, tuple[date, int]] = {}
    for row in sorted(ledger.arr_monthly, key=lambda r: r["month"]):
        month, closing = last.get(row["account_id"], (None, 0))
        assert month is None or add_months(month, 1) == row["month"], row
        assert row["opening_arr"] == closing, row
        last[row["account_id"]] = (row["month"], row["closing_arr"])
    totals: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in ledger.arr_waterfall:
        for column in (*AMOUNTS, *COUNTS):
            totals[row["month"], row["slice_name"]][column] += row[column]
    for (month, name), total in totals.items():
        columns = AMOUNTS if name == "product_family" else (*AMOUNTS, *COUNTS)
        for column in columns:
            assert total[column] == totals[month, "all"][column], (month, name, column)
    for (month, name), total in list(totals.items()):
        following = totals.get((add_months(month, 1), name))
        if following and name == "all":
            assert following["opening_arr"] == total["closing_arr"]


def check_retention(ledger: Ledger) -> None:
    sums: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    low_water: dict[tuple, dict[int, int]] = defaultdict(dict)
    for row in ledger.retention:
        assert (row["nrr"] is None) == (row["base_accounts"] == 0)
        if row["nrr"] is not None:
            assert row["grr"] <= 1
            assert row["grr_low_water"] <= row["grr"] <= row["nrr"]
            assert row["grr_excluding_reactivated"] <= row["nrr_excluding_reactivated"]
            assert row["grr_excluding_reactivated"] <= row["grr"]
            assert row["nrr_excluding_reactivated"] <= row["nrr"]
        window = row["window_months"]
        key = (row["as_of_month"], window, row["slice_name"])
        for column in ("base_arr", "current_arr"):
            sums[key][column] += row[column]
        for column in ("base_accounts", "gross_retained_arr", "low_water_arr"):
            sums[key][column] += row[column]
        then = add_months(row["as_of_month"], -window)
        low_water[then, row["slice_name"], row["slice_value"]][window] = row[
            "low_water_arr"
        ]
    for (month, window, name), total in sums.items():
        whole = sums[month, window, "all"]
        assert total["base_arr"] == whole["base_arr"]
        if name != "product_family":  # a family sold beside the first is no loss
            assert total == whole, (month, window, name)
        else:
            assert total["current_arr"] <= whole["current_arr"]
            assert total["gross_retained_arr"] <= whole["gross_retained_arr"]
    for by_window in low_water.values():
        levels = [by_window[w] for w in sorted(by_window)]
        assert levels == sorted(levels, reverse=True)
    for row in ledger.retention_cohorts:
        assert row["grr"] <= min(1, row["nrr"])
        if row["age_months"] == 0:
            assert row["nrr"] == row["grr"] == row["logo_retention"] == 1


def check_event_sums(ledger: Ledger) -> None:
    """GRR from summed losses is never above GRR point to point (constant rates)."""
    by_account: dict[str, dict[date, dict]] = defaultdict(dict)
    for row in ledger.arr_monthly:
        by_account[row["account_id"]][row["month"]] = row
    lost = ("contraction_arr", "churned_arr", "paused_arr")
    for months in by_account.values():
        for then, start in months.items():
            level = start["closing_arr"]
            rows = [r for m, r in months.items() if then < m <= add_months(then, 3)]
            if level and add_months(then, 3) in months:
                now = months[add_months(then, 3)]["closing_arr"]
                losses = sum(r[c] for r in rows for c in lost)
                assert level + losses <= min(level, now)


@quick
@given(companies(), any_policies)
def test_every_company_adds_up(rows, policies):
    ledger = build(rows, DEFAULT_AS_OF, policies)
    for name, mart in ledger.marts().items():
        assert compare(mart, mart, KEYS[name]) == []
    check_arithmetic(ledger)
    check_retention(ledger)
    if policies.currency_policy == "constant":
        check_event_sums(ledger)
        assert all(row["fx_arr"] == 0 for row in ledger.arr_waterfall)


def differences(expected: Ledger, actual: Ledger) -> list[str]:
    return [
        f"{name}: {text}"
        for name, mart in expected.marts().items()
        for text in compare(mart, actual.marts()[name], KEYS[name])
    ]


@quick
@given(companies(), any_policies, st.integers(0, 1000))
def test_row_order_does_not_matter(rows, policies, seed):
    shuffled = {
        table: random.Random(seed).sample(table_rows, len(table_rows))
        for table, table_rows in rows.items()
    }
    expected = build(rows, DEFAULT_AS_OF, policies)
    assert differences(expected, build(shuffled, DEFAULT_AS_OF, policies)) == []


def relabelled(mart: list[dict], prefix: str) -> list[dict]:
    """Give a mart's ids the prefix, as `to_company_block` gives the raw rows."""

    def label(row: dict, column: str, value: object) -> object:
        is_csm = column == "slice_value" and row.get("slice_name") == "csm"
        if value in (None, "unassigned") or not (column.endswith("_id") or is_csm):
            return value
        if str(value).startswith("unmatched:"):
            return f"unmatched:{prefix}-{str(value).removeprefix('unmatched:')}"
        return f"{prefix}-{value}"

    return [{c: label(row, c, v) for c, v in row.items()} for row in mart]


@quick
@given(companies(), any_policies)
def test_ids_are_only_names(rows, policies):
    for row in rows["crm_accounts"]:
        row["region"] = "Ω"
    renamed = {t: to_company_block(rows, "Ω")[t] for t in rows}
    expected = build(rows, DEFAULT_AS_OF, policies)
    actual = build(renamed, DEFAULT_AS_OF, policies)
    for name, mart in expected.marts().items():
        assert compare(relabelled(mart, "Ω"), actual.marts()[name], KEYS[name]) == []


def shifted(value: object, months: int) -> object:
    if isinstance(value, date):
        return add_months(value, months)
    if not isinstance(value, str) or value.startswith("9999") or value[4:5] != "-":
        return value
    return f"{add_months(date.fromisoformat(value[:10]), months)}{value[10:]}"


@quick
@given(companies(), any_policies)
def test_four_years_later_everything_is_the_same(rows, policies):
    # 48 months are 1,461 days wherever they start, so every length stays what it was.
    later = {
        table: [{c: shifted(v, 48) for c, v in row.items()} for row in table_rows]
        for table, table_rows in rows.items()
    }
    expected = build(rows, DEFAULT_AS_OF, policies)
    actual = build(later, add_months(DEFAULT_AS_OF, 48), policies)
    for name, mart in expected.marts().items():
        moved = [{c: shifted(v, 48) for c, v in row.items()} for row in mart]
        assert compare(moved, actual.marts()[name], KEYS[name]) == []


@quick
@given(companies(), any_policies, st.integers(0, 120))
def test_nothing_dated_after_the_as_of_date_shows(rows, policies, days_ago):
    as_of = DEFAULT_AS_OF - timedelta(days=days_ago)

    def is_later(text: str | None) -> bool:
        return bool(text) and date.fromisoformat(str(text)[:10]) > as_of

    appears = ("started_on", "paused_on", "rate_date", "valid_from")
    facts = ("ended_on", "resumed_on", "valid_to")
    cut = {
        table: [
            {
                c: None
                if (c in facts and is_later(v))
                # On that day the biller did not yet call over what ends later.
                or (c == "status" and is_later(row.get("ended_on")))
                else v
                for c, v in row.items()
            }
            for row in table_rows
            if not any(is_later(row.get(c)) for c in appears)
        ]
        for table, table_rows in rows.items()
    }
    # Which version of a repeated row wins is another matter.
    keys = [row["subscription_id"] for row in cut["billing_subscriptions"]]
    if len(keys) == len(set(keys)):
        cut["billing_subscription_items"] = [
            row
            for row in cut["billing_subscription_items"]
            if row["subscription_id"] in keys
        ]
        expected = build(rows, as_of, policies)
        assert differences(expected, build(cut, as_of, policies)) == []


# The companies themselves, and the comparison


def test_the_random_companies_add_up_and_move_in_every_way():
    ledger = build(union(random_blocks(300).values()), DEFAULT_AS_OF)
    check_arithmetic(ledger)
    check_retention(ledger)
    # decimal(12, 6), the type of a rate, holds less than a million.
    assert max(row["nrr"] or 0 for row in ledger.retention_cohorts) < 1_000_000
    assert {row["movement_type"] for row in ledger.arr_monthly} == {
        "new",
        "reactivation",
        "resumed",
        "churn",
        "paused",
        "expansion",
        "contraction",
        "none",
    }


def test_companies_in_one_ledger_are_what_each_is_alone():
    blocks = random_blocks(150)
    together = build(union(blocks.values()), DEFAULT_AS_OF)
    alone = {prefix: build(rows, DEFAULT_AS_OF) for prefix, rows in blocks.items()}
    for name in ("retention", "retention_cohorts", "arr_waterfall"):
        apart = [
            row
            for prefix, ledger in alone.items()
            for row in ledger.marts()[name]
            if (row["slice_name"], row["slice_value"]) == ("region", prefix)
        ]
        whole = [
            row
            for row in together.marts()[name]
            if row["slice_name"] == "region" and row["slice_value"] != "unassigned"
        ]
        assert len(apart) > 500
        assert compare(apart, whole, KEYS[name]) == []


@pytest.fixture(scope="module")
def many_companies() -> tuple[Tables, Ledger]:
    rows = union(random_blocks(250).values())
    return rows, build(rows, DEFAULT_AS_OF)


def tiers(high: int, mid: int, low: int) -> Policies:
    return Policies(tier_floors=(("high", high), ("mid", mid), ("low", low)))


@pytest.mark.parametrize(
    "policies",
    [
        Policies(renewal_grace_days=29),
        Policies(renewal_grace_days=31),
        Policies(account_grain="parent"),
        Policies(currency_policy="historical"),
        Policies(fx_reference_date=date(2024, 6, 30)),
        Policies(reactivation_window_days=60),
        Policies(self_service_ceiling=10_000_01),
        tiers(100_000_01, 20_000_00, 5_000_00),
        tiers(100_000_00, 20_000_01, 5_000_00),
        tiers(100_000_00, 20_000_00, 4_999_99),
    ],
)
def test_the_random_companies_notice_every_switch(many_companies, policies):
    rows, default = many_companies
    assert differences(default, build(rows, DEFAULT_AS_OF, policies)) != []


def test_a_seed_gives_the_same_company_each_time():
    assert random_company(7) == random_company(7)
    assert random_company(7) != random_company(8)
    assert not SeededDice(1).chance(0)


def test_csv_files_read_back_as_the_same_rows(tmp_path):
    import csv

    rows = random_company(3)
    write_csv(rows, tmp_path / "raw")
    assert rows["billing_subscriptions"]
    for table, table_rows in rows.items():
        if not table_rows:
            continue
        with (tmp_path / "raw" / f"{table}.csv").open(encoding="utf-8") as file:
            read = [{c: v or None for c, v in r.items()} for r in csv.DictReader(file)]
        assert read == table_rows


def test_compare_names_the_cell_that_differs():
    expected = [{"k": "a", "arr": 100}, {"k": "b", "arr": 1}]
    actual = from_mart(
        [{"k": "a", "arr": Decimal("1.01"), "more": 1}, {"k": "c", "arr": Decimal(2)}]
    )
    assert compare(expected, actual, ["k"]) == [
        "k=a: arr expected 100, got 101",
        "missing: k=b: arr=1",
        "unexpected: k=c: arr=200",
    ]
    with pytest.raises(ValueError, match="whole cents"):
        from_mart([{"arr": Decimal("0.001")}])
