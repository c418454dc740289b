"""Accounts that have or had ARR in a built database, by what was believed in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import duckdb
from oracle.in_force import Customer, believed
from oracle.standing import Account
from rows import rows_by_account, rows_of

LINES = (
    "select lines.*, items.valid_to as item_ends_on, "
    "coalesce(products.unit, 'seat') = 'seat' as is_seat "
    "from revenue.arr_lines as lines "
    "left join staging.stg_billing__subscription_items as items "
    "using (subscription_item_id) "
    "left join staging.stg_billing__products as products "
    "on lines.product_id = products.product_id"
)


def switch(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return a whole number among the switches that a build ran with."""
    ((value,),) = connection.execute(
        "select setting from quality.policies where policy = ?", [name]
    ).fetchall()
    return int(value)


def customers_of(
    connection: duckdb.DuckDBPyConnection, grace_days: int
) -> Mapping[str, Customer]:
    """Return by its id each account that has or had ARR."""
    subscriptions = {
        row["subscription_id"]: row
        for row in rows_of(connection, "from staging.stg_billing__subscriptions")
    }
    renewed_on: dict[str, set[date]] = defaultdict(set)
    for row in subscriptions.values():
        if row["renewed_from_subscription_id"] != row["subscription_id"]:
            renewed_on[row["renewed_from_subscription_id"]].add(row["started_on"])
    overrides = rows_by_account(connection, "from policy.touch_tier_overrides")
    tiers = rows_of(connection, "from policy.touch_tiers")
    accounts = {
        row["account_id"]: row
        for row in rows_of(connection, "from core.account_profiles")
    }
    return {
        account_id: Customer(
            Account(
                row=accounts[account_id],
                lines=[
                    believed(
                        line,
                        subscriptions[line["subscription_id"]],
                        line["item_ends_on"],
                        renewed_on[line["subscription_id"]],
                        grace_days,
                    )
                    for line in lines
                ],
                overrides=overrides.get(account_id, []),
                bands=[],
                tiers=tiers,
            )
        )
        for account_id, lines in rows_by_account(connection, LINES).items()
        if any(line["arr"] > 0 for line in lines)
    }
