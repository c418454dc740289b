"""Retention as reports ask for it in a built database, and what the oracles say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import duckdb
from oracle.arithmetic import (
    first_day,
    last_closed_day,
    last_day,
    month_number,
    round_half_up,
)
from oracle.churn_reasons import churn_reasons
from oracle.comparison import compare
from oracle.retention_definitions import Definitions, first_row
from oracle.retention_reports import MONTHS, Reports
from rows import rows_by_account, rows_of

KEYS = {
    "retention_accounts": ("account_id",),
    "retention_causes": ("cause",),
    "retention_standings": ("touch_tier", "metric"),
    "retention_definitions": ("position",),
    "arr_bridge_steps": ("window_months", "step"),
    "churn_reasons": ("churn_reason",),
}

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class RetentionReports:
    """The marts of a built database, and what the oracles make of its rows."""

    connection: duckdb.DuckDBPyConnection
    as_of: date

    def expected(self, mart: str) -> Rows:
        """Return a mart's rows as the oracle has them."""
        rows: dict[str, Callable[[], Any]] = {
            "retention_accounts": self.reports.accounts,
            "retention_causes": self.reports.causes,
            "retention_standings": self.reports.standings,
            "retention_definitions": self.definitions.rows,
            "arr_bridge_steps": self.reports.bridges,
            "churn_reasons": self._churn_reasons,
        }
        return list(rows[mart]())

    def found(self, mart: str) -> Rows:
        """Return a mart's rows."""
        return self._rows(f"from revenue.{mart}")

    def differences(self, mart: str) -> list[str]:
        """Return the first differences; a column that only one side has is one."""
        found, expected = self.found(mart), self.expected(mart)
        if found and expected:
            assert set(found[0]) == set(expected[0])
        return compare(expected, found, KEYS[mart])

    @property
    def _closed_on(self) -> date:
        return last_closed_day(self.as_of)

    @property
    def _opening_month(self) -> date:
        return first_day(month_number(self._closed_on) - MONTHS)

    @cached_property
    def reports(self) -> Reports:
        """Who was kept, why, and what the company's ARR went through."""
        month = first_day(month_number(self._closed_on))
        return Reports(
            closed_on=self._closed_on,
            closings=self._rows(
                "select account_id, month, closing_arr, closing_touch_tier "
                "from revenue.arr_monthly "
                f"where month in (date '{self._opening_month}', date '{month}')"
            ),
            events=rows_by_account(self.connection, "from revenue.arr_events"),
            owners=rows_by_account(self.connection, "from core.account_owners"),
            names=self._pairs("account_id, account_name from core.account_profiles"),
            csms=self._pairs("csm_id, csm_name from core.csms"),
            retention=self._rows("from revenue.retention where window_months = 12"),
            targets=self._rows("from policy.retention_targets"),
            waterfall=self._rows("from revenue.arr_waterfall where slice_name = 'all'"),
        )

    @cached_property
    def definitions(self) -> Definitions:
        """The same year under other definitions."""
        return Definitions(
            reports=self.reports,
            movements=self._rows(
                "from revenue.arr_monthly where movement_type <> 'none' "
                f"and month > date '{self._opening_month}' "
                f"and month <= date '{self._closed_on}'"
            ),
            parents=self._pairs(
                "account_id, ultimate_parent_account_id from core.account_profiles"
            ),
            subscriptions=self._subscriptions(),
        )

    def _churn_reasons(self) -> Iterator[dict[str, Any]]:
        return churn_reasons(
            self._rows("from revenue.arr_monthly where churned_arr <> 0"),
            self.reports.events,
            rows_by_account(self.connection, "from revenue.arr_lines"),
            self._pairs(
                "subscription_id, churn_reason from staging.stg_billing__subscriptions"
            ),
            self._closed_on,
        )

    def _subscriptions(self) -> list[tuple[Decimal, Decimal]]:
        """Return what each subscription that had ARR had then, and has now."""
        then = last_day(month_number(self._opening_month))
        earlier = self._pairs(
            "subscription_id, renewed_from_subscription_id "
            "from staging.stg_billing__subscriptions"
        )
        levels: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
        for line in self._rows("from revenue.arr_lines"):
            for place, day in enumerate((then, self._closed_on)):
                if line["valid_from"] <= day < (line["valid_to"] or date.max):
                    unit = first_row(earlier, line["subscription_id"])
                    levels[unit][place] += self._value(line, day)
        return [(before, now) for before, now in levels.values() if before > 0]

    def _value(self, line: dict[str, Any], day: date) -> Decimal:
        """Return what a line is worth on a month's closing day."""
        if not self._is_historical:
            return line["arr"]
        cents = round_half_up(
            Fraction(line["arr_local"]) * self._rate(line["currency"], day) * 100
        )
        return Decimal(cents) / 100

    @cached_property
    def _switches(self) -> dict[str, str]:
        return self._pairs("policy, setting from quality.policies")

    @property
    def _is_historical(self) -> bool:
        return self._switches["currency_policy"] == "historical"

    def _rate(self, currency: str, day: date) -> Fraction:
        """Return the last rate up to a day, else the first after it."""
        if currency == self._switches["reporting_currency"]:
            return Fraction(1)
        dated = self._rates[currency]
        known = [on for on in dated if on <= day]
        return Fraction(dated[max(known) if known else min(dated)])

    @cached_property
    def _rates(self) -> dict[str, dict[date, Decimal]]:
        rates: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for row in self._rows("from staging.stg_billing__exchange_rates"):
            rates[row["currency"]][row["rate_date"]] = row["rate"]
        return rates

    def _rows(self, query: str) -> Rows:
        return rows_of(self.connection, query)

    def _pairs(self, query: str) -> dict[str, Any]:
        return dict(self.connection.execute(f"select {query}").fetchall())
