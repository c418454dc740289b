"""Who looks after whom, and what it costs: `account_coverage` and `tier_economics`.

Readings of DECISIONS C10, and of the columns' descriptions: a lifetime is that of the
churn before it is rounded; a lifetime value is that of the published ARR and lifetime,
and a cost per account or ARR that of the published cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from oracle.arithmetic import (
    first_day,
    month_number,
    ratio,
    rounded,
    rounded_away,
)
from oracle.capacity import Capacity
from oracle.health import Row
from oracle.team import Csm, Policy


def tier_economics(capacity: Capacity, retention: Mapping[str, Row]) -> list[Row]:
    """Return the mart's rows; `retention` is revenue's of twelve months, by tier."""
    return [
        _economics_of(capacity, tier, seed, retention.get(tier))
        for tier, seed in capacity.policy.tiers.items()
    ]


def _economics_of(capacity: Capacity, tier: str, seed: Row, kept: Row | None) -> Row:
    policy = capacity.policy
    month = first_day(month_number(capacity.rows.as_of))
    loads = capacity.loads_of(tier, month).values()
    accounts = sum(load.accounts for load in loads)
    arr = Fraction(sum(load.arr for load in loads))
    csms = capacity.present(month, tier)
    heads = sum(
        (min(csm.weekly_hours / policy.full_time, 1) for csm in csms), Fraction(0)
    )
    cost = rounded(heads * policy.csm_cost, 2)
    book = capacity.book_accounts(csms, month)
    return {
        "touch_tier": tier,
        "accounts": accounts,
        "arr": arr,
        "arr_per_account": ratio(arr, accounts, 2),
        **_lifetime(ratio(arr, accounts, 2), kept, policy),
        "expected_cltv_from": _exact(seed["cltv_from"]),
        "expected_cltv_to": _exact(seed["cltv_to"]),
        "paid_csms": rounded(heads, 6),
        "cost_to_serve": cost,
        "cost_to_serve_per_account": ratio(cost, book, 2),
        "cost_to_serve_rate": ratio(cost, arr),
    }


def _lifetime(
    arr_per_account: Fraction | None, kept: Row | None, policy: Policy
) -> Row:
    names = ("gross_churn_rate", "net_churn_rate", "logo_churn_rate")
    if kept is None or kept["base_arr"] == 0:
        return dict.fromkeys((*names, "lifetime_years", "cltv"))
    base, lost = kept["base_arr"], kept["base_arr"] - kept["gross_retained_arr"]
    rates = [
        _churned(base, kept["gross_retained_arr"]),
        _churned(base, kept["current_arr"]),
        _churned(kept["base_accounts"], kept["retained_accounts"]),
    ]
    cap = policy.lifetime_cap
    years = rounded(min(Fraction(base) / Fraction(lost), cap), 6) if lost else cap
    value = None
    if arr_per_account is not None:
        value = rounded(arr_per_account * policy.gross_margin * years, 2)
    return {
        **dict(zip(names, rates, strict=True)),
        "lifetime_years": years,
        "cltv": value,
    }


def _churned(then: Decimal | int, now: Decimal | int) -> Fraction | None:
    """Return the part that is gone; below 0, where there is more, a half goes down."""
    return rounded_away(Fraction(then - now) / Fraction(then), 6) if then else None


def account_coverage(
    customers: Iterable[Row],
    csms: Mapping[str, Csm],
    policy: Policy,
    refused: Mapping[str, int],
    bands: Mapping[str, str],
) -> list[Row]:
    """Return the mart's rows, out of those of core.accounts.

    `refused` are owner rows that claim a day twice, by account; `bands` the accounts'
    health bands on the as-of date.
    """
    rows = []
    for customer in customers:
        if customer["arr"] <= 0:
            continue
        account_id, tier = customer["account_id"], customer["touch_tier"]
        csm = csms.get(customer["csm_id"] or "")
        refusals = refused.get(account_id, 0)
        status = "covered"
        if customer["csm_id"] is None:
            status = "double-owned" if refusals else "uncovered"
        elif csm and csm.touch_model and csm.touch_model != tier:
            status = "mis-tiered"
        rows.append(
            {
                "account_id": account_id,
                "account_name": customer["account_name"] or account_id,
                "arr": Fraction(customer["arr"]),
                "touch_tier": tier,
                "csm_id": customer["csm_id"],
                "csm_name": csm and csm.csm_name,
                "csm_touch_tier": csm and csm.touch_model,
                "status": status,
                "mismatch": _mismatch(tier, csm, policy)
                if status == "mis-tiered"
                else None,
                "refused_owner_rows": refusals,
                "health_band": bands.get(account_id, "unscored"),
                "lifecycle_stage": customer["lifecycle_stage"],
            }
        )
    return rows


def _mismatch(tier: str, csm: Csm | None, policy: Policy) -> str:
    """Say which way an account of a tier is served by a CSM of another one."""
    order = sorted(policy.tiers, key=lambda name: policy.tiers[name]["arr_from"])
    served = csm.touch_model if csm and csm.touch_model else tier
    is_below = order.index(served) < order.index(tier)
    return f"served {'below' if is_below else 'above'} its tier"


def _exact(value: object) -> Fraction | None:
    """Return a decimal as a fraction."""
    return None if value is None else Fraction(str(value))
