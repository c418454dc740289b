"""Business reviews, CSM books and health in a built database, and what oracles say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import duckdb
from customers import switch
from oracle import bands, csm_books, deliveries, interventions, playbooks, reviews
from oracle.arithmetic import add_months, first_day, monday_of, month_number, week_ago
from oracle.comparison import compare
from oracle.health import Row
from rows import rows_by_account, rows_of

KEYS = {
    "health.band_migrations": ("window_weeks", "from_band", "to_band"),
    "health.band_shares": ("week", "touch_tier"),
    "health.intervention_outcomes": ("trigger",),
    "health.playbook_tasks": ("intervention_id", "step"),
    "reviews.account_contacts": ("account_id", "persona"),
    "reviews.account_dates": ("account_id", "kind", "source_id"),
    "reviews.account_reviews": ("account_id",),
    "reviews.csm_books": ("csm_id",),
    "reviews.review_milestones": ("milestone_id",),
    "reviews.support_months": ("account_id", "month"),
    "quality.refusal_counts": ("table_name", "reason", "column_name"),
    "quality.source_freshness": ("table_name",),
}

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Reviews:
    """The marts of a built database, and what the oracles make of its rows."""

    connection: duckdb.DuckDBPyConnection
    as_of: date

    def expected(self, mart: str) -> Rows:
        """Return a mart's rows as the oracle has them."""
        return list(getattr(self, f"_{mart.split('.')[1]}")())

    def differences(self, mart: str) -> list[str]:
        """Return the first differences; a column that only one side has is one."""
        found, expected = self._rows(f"from {mart}"), self.expected(mart)
        assert bool(found) == bool(expected)
        assert not found or set(found[0]) == set(expected[0])
        return compare(expected, found, KEYS[mart])

    @cached_property
    def accounts(self) -> Rows:
        """Customers of the as-of date."""
        return self._rows("from core.accounts where is_customer")

    @cached_property
    def touchpoints(self) -> Mapping[str, Row]:
        """When each account is to be met, and reviewed."""
        return self._by("account_id", "from health.touchpoints")

    @cached_property
    def renewals(self) -> Rows:
        """Terms that are open."""
        return self._rows("from expansion_renewals.renewals where is_open")

    @cached_property
    def interventions(self) -> Rows:
        """Interventions that are open."""
        return self._rows("from health.interventions where is_open")

    @cached_property
    def customers(self) -> list[reviews.Customer]:
        """All that a review looks at, by customer."""
        since = monday_of(self.as_of) - timedelta(weeks=67)
        contacts = self._by_account("from staging.stg_crm__contacts")
        tickets = self._by_account("from staging.stg_support__tickets")
        weeks = self._by_account(
            "select account_id, week, active_user_days, active_days, sessions "
            f"from health.usage_weekly where week >= date '{since}'"
        )
        plans = self._by_account("from health.success_plans")
        milestones = self._by_account("from health.success_plan_milestones")
        renewals = self._by_account("from expansion_renewals.renewals where is_open")
        signals = self._by("account_id", "from expansion_renewals.expansion_signals")
        return [
            reviews.Customer(
                account=account,
                touchpoint=self.touchpoints[account_id],
                signal=signals.get(account_id),
                contacts=contacts.get(account_id, []),
                tickets=tickets.get(account_id, []),
                weeks=weeks.get(account_id, []),
                plans=plans.get(account_id, []),
                milestones=milestones.get(account_id, []),
                renewals=renewals.get(account_id, []),
            )
            for account in self.accounts
            for account_id in [account["account_id"]]
        ]

    def _rows(self, query: str) -> Rows:
        return rows_of(self.connection, query)

    def _by(self, column: str, query: str) -> dict[str, Row]:
        return {row[column]: row for row in self._rows(query)}

    def _by_account(self, query: str) -> dict[str, Rows]:
        return rows_by_account(self.connection, query)

    def _band_migrations(self) -> Iterator[Row]:
        kept = timedelta(weeks=switch(self.connection, "health_history_weeks"))
        opened = {weeks: week_ago(self.as_of, weeks) for weeks in bands.WINDOWS}
        return bands.migrations(
            self._scores("is_current"),
            {
                weeks: self._scores(f"week = date '{week}'")
                for weeks, week in opened.items()
                if monday_of(self.as_of) - week < kept
            },
            self.as_of,
        )

    def _scores(self, which: str) -> Mapping[str, Row]:
        query = f"select account_id, band, arr from health.health_scores where {which}"
        return self._by("account_id", query)

    def _band_shares(self) -> Iterator[Row]:
        grouped = (
            "select week, taken_on, is_current, touch_tier, band, coverage, "
            "count(*) as accounts, sum(arr) as arr "
            "from health.health_scores where band <> 'red' group by all"
        )
        red = self._rows(
            "select *, 1 as accounts from health.health_scores where band = 'red'"
        )
        held = self._by_account("from health.interventions")
        for row in red:
            of_account = held.get(row["account_id"], [])
            row["is_attended"] = bands.is_attended(of_account, row["taken_on"])
        return bands.shares([*self._rows(grouped), *red])

    def _intervention_outcomes(self) -> Iterator[Row]:
        return interventions.outcomes(
            self._rows("from health.interventions"),
            self._by("trigger", "from policy.intervention_triggers"),
            self.as_of,
        )

    def _playbook_tasks(self) -> Iterator[Row]:
        anchors = self._by("playbook", "from policy.playbooks")
        steps: dict[str, Rows] = {}
        for step in self._rows("from policy.playbook_steps"):
            steps.setdefault(step["playbook"], []).append(step)
        for row in self.interventions:
            playbook = row["playbook"]
            anchor = anchors[playbook]["anchor"]
            yield from playbooks.tasks(row, anchor, steps[playbook], self.as_of)

    def _account_contacts(self) -> Iterator[Row]:
        for customer in self.customers:
            yield from reviews.contacts(customer, self.as_of)

    def _account_dates(self) -> Iterator[Row]:
        for customer in self.customers:
            yield from reviews.dates(customer, self.as_of)

    def _support_months(self) -> Iterator[Row]:
        for customer in self.customers:
            yield from reviews.months(customer, self.as_of)

    def _account_reviews(self) -> Iterator[Row]:
        pack_days = switch(self.connection, "review_pack_days")
        for customer in self.customers:
            yield reviews.review(customer, self.as_of, pack_days)

    def _review_milestones(self) -> Iterator[Row]:
        for customer in self.customers:
            yield from reviews.milestones(customer, self.as_of)

    def _csm_books(self) -> Rows:
        month = first_day(month_number(self.as_of))
        quarter = add_months(month, -(month_number(month) % 3))
        return csm_books.rows(
            csm_books.books(self.accounts, self.interventions, self.renewals),
            csms=self._by("csm_id", "from core.csms"),
            months=self._by(
                "csm_id", f"from capacity.csm_capacity where month = date '{month}'"
            ),
            scorecards=self._by(
                "csm_id",
                "from capacity.csm_scorecard where period = 'quarter' "
                f"and period_start = date '{quarter}'",
            ),
            touchpoints=self.touchpoints,
        )

    def _refusal_counts(self) -> Iterator[Row]:
        return deliveries.refusals(self._rows("from quality.quarantined_rows"))

    def _source_freshness(self) -> Iterator[Row]:
        for table, day in deliveries.DAYS.items():
            system, name = table.split("_", 1)
            counted = self._rows(
                f"select {day or 'null::date'} as day, count(*) as rows "
                f"from staging.stg_{system}__{name} group by day"
            )
            yield deliveries.freshness(table, counted, self.as_of)
