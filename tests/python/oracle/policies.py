"""The switches a company may set, with the project's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Policies:
    """Named choices; money is in cents of the reporting currency.

    `fx_reference_date` None means the last day of the year before the as-of date.
    `tier_floors` runs from the highest tier down, lower edges included.
    """

    renewal_grace_days: int = 30
    currency_policy: Literal["constant", "historical"] = "constant"
    fx_reference_date: date | None = None
    account_grain: Literal["account", "parent"] = "account"
    reactivation_window_days: int | None = None
    reporting_currency: str = "USD"
    business_timezone: str = "UTC"
    tier_floors: tuple[tuple[str, int], ...] = (
        ("high", 100_000_00),
        ("mid", 20_000_00),
        ("low", 5_000_00),
    )
    lowest_tier: str = "tech"
    self_service_ceiling: int = 10_000_00

    def reference_day(self, as_of: date) -> date:
        """Return the day whose rates the constant currency policy uses."""
        return self.fx_reference_date or date(as_of.year - 1, 12, 31)

    def touch_tier(self, arr: int, is_self_service_only: bool) -> str:
        """Name the tier of an ARR in cents; the bands are half-open."""
        if is_self_service_only and arr < self.self_service_ceiling:
            return self.lowest_tier
        for tier, floor in self.tier_floors:
            if arr >= floor:
                return tier
        return self.lowest_tier
