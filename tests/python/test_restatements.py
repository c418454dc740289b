"""Two generations of one company: what changed in months that were closed, and why."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import write_company

from benchmarks.compiled_models import compile_models

ACCOUNTS = [
    {"account_id": name, "account_name": name, "created_at": "2024-01-01"}
    for name in ("steady", "backdated", "ended", "lapsed", "amended", "loser", "winner")
]


def subscription(account_id: str, **more: str) -> dict[str, str]:
    return {
        "subscription_id": f"s-{account_id}",
        "account_id": account_id,
        "started_on": "2024-06-01",
        "ended_on": "",
        "current_term_start": "",
        "current_term_end": "",
        "auto_renews": "",
        **more,
    }


def item(account_id: str, unit_price: str, **more: str) -> dict[str, str]:
    return {
        "subscription_item_id": f"i-{account_id}",
        "subscription_id": f"s-{account_id}",
        "unit_price": unit_price,
        "billing_interval": "year",
        "valid_from": "",
        **more,
    }


# In grace in March, with no renewal by June: it has lapsed, dated at the term's end.
LAPSING = {
    "current_term_start": "2024-03-15",
    "current_term_end": "2025-03-15",
    "auto_renews": "false",
}


@pytest.fixture(scope="module")
def restatements(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generations")
    names = [account["account_id"] for account in ACCOUNTS]
    earlier = {
        "crm_accounts": [
            {**account, "merged_into_account_id": ""} for account in ACCOUNTS
        ],
        "billing_subscriptions": [
            subscription(name, **(LAPSING if name == "lapsed" else {}))
            for name in names
        ],
        "billing_subscription_items": [item(name, "1200") for name in names],
    }
    later = {
        "crm_accounts": [
            {
                **account,
                "merged_into_account_id": "winner"
                if account["account_id"] == "loser"
                else "",
            }
            for account in ACCOUNTS
        ],
        "billing_subscriptions": [
            {**row, "ended_on": "2025-02-10"} if row["account_id"] == "ended" else row
            for row in earlier["billing_subscriptions"]
        ],
        "billing_subscription_items": [
            *(item(name, "1500" if name == "amended" else "1200") for name in names),
            # Booked in June, in force since February.
            item(
                "backdated",
                "600",
                subscription_item_id="i-late",
                valid_from="2025-02-01",
            ),
        ],
    }
    first = compile_models(
        write_company(folder / "raw-1", earlier),
        date(2025, 3, 31),
        folder / "first",
        ["restatements"],
    )
    generation = folder / "earlier.duckdb"
    with first.run() as connection:
        # As a release has them: tables of marts alone.
        connection.execute(
            f"""
            attach '{generation}' as generation;
            create schema generation.revenue;
            create table generation.revenue.arr_monthly as from revenue.arr_monthly;
            create table generation.revenue.arr_lines as from revenue.arr_lines;
            """
        )
    second = compile_models(
        write_company(folder / "raw-2", later),
        date(2025, 6, 30),
        folder / "second",
        ["restatements"],
        restated_against=str(generation),
    )
    with second.run(earlier=generation) as connection:
        return connection.execute(
            """
            select account_id, cast(month as varchar), earlier_closing_arr,
                closing_arr, main_reason
            from revenue.restatements
            where month >= date '2025-01-01'
            order by account_id, month
            """
        ).fetchall()


def of(restatements, account_id):
    return [row[1:] for row in restatements if row[0] == account_id]


def test_an_account_that_did_not_change_is_not_listed(restatements):
    assert of(restatements, "steady") == []


def test_an_item_booked_late_is_backdated(restatements):
    assert of(restatements, "backdated") == [
        ("2025-02-01", 1200, 1800, "backdated"),
        ("2025-03-01", 1200, 1800, "backdated"),
    ]


def test_an_end_learnt_of_later_is_an_earlier_end(restatements):
    assert of(restatements, "ended") == [
        ("2025-02-01", 1200, 0, "ended earlier"),
        ("2025-03-01", 1200, 0, "ended earlier"),
    ]


def test_grace_that_ran_out_is_a_lapse_at_the_terms_end(restatements):
    assert of(restatements, "lapsed") == [("2025-03-01", 1200, 0, "lapsed")]


def test_a_changed_price_is_an_amendment(restatements):
    assert of(restatements, "amended") == [
        (f"2025-0{month}-01", 1200, 1500, "amended") for month in (1, 2, 3)
    ]


def test_a_merge_moves_arr_from_one_account_to_the_other(restatements):
    assert of(restatements, "loser") == [
        (f"2025-0{month}-01", 1200, 0, "merged") for month in (1, 2, 3)
    ]
    assert of(restatements, "winner") == [
        (f"2025-0{month}-01", 1200, 2400, "merged") for month in (1, 2, 3)
    ]
