"""How customers are looked after in a built database, and what the oracles say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb
from customers import customers_of, switch
from oracle import account_health, health_facts, onboarding, success_plans, touches
from oracle.arithmetic import monday_of, week_ago
from oracle.comparison import compare
from oracle.health import HealthPolicies, Row
from oracle.in_force import Customer
from rows import rows_by_account, rows_of

from bowtie.sql_text import literal

KEYS = {
    "touchpoints": ("account_id",),
    "onboarding": ("account_id",),
    "success_plans": ("success_plan_id",),
    "success_plan_milestones": ("milestone_id",),
    "account_health": ("account_id",),
}
USAGE_KNOWN_ON = {
    "seat_utilisation": "usage_known_on",
    "active_user_trend": "usage_known_on",
    "usage_frequency": "usage_known_on",
    "stickiness": "usage_known_on",
}

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Care:
    """The marts of a built database, and what the oracles make of its rows."""

    connection: duckdb.DuckDBPyConnection
    as_of: date

    def expected(self, mart: str) -> Rows:
        """Return a mart's rows as the oracle has them."""
        return getattr(self, f"_{mart}")()

    def found(self, mart: str) -> Rows:
        """Return a mart's rows."""
        return rows_of(self.connection, f"from health.{mart}")

    def differences(self, mart: str) -> list[str]:
        """Return the first differences; a column that only one side has is one."""
        found, expected = self.found(mart), self.expected(mart)
        assert set(found[0]) == set(expected[0])
        return compare(expected, found, KEYS[mart])

    @cached_property
    def customers(self) -> Mapping[str, Customer]:
        """Accounts that have or had ARR, by what was believed to be in force."""
        grace_days = switch(self.connection, "renewal_grace_days")
        return customers_of(self.connection, grace_days)

    @cached_property
    def activities(self) -> Mapping[str, Sequence[Row]]:
        """What was held with each account, and what was sent to it."""
        return self._by_account(
            "select account_id, activity_type, status, occurred_on "
            "from staging.stg_crm__activities"
        )

    @cached_property
    def plans(self) -> Rows:
        """Success plans as staged."""
        return self._rows("from staging.stg_crm__success_plans")

    @cached_property
    def milestones(self) -> Rows:
        """Their milestones as staged."""
        return self._rows("from staging.stg_crm__success_plan_milestones")

    @cached_property
    def weeks(self) -> Mapping[str, Sequence[Row]]:
        """Usage by week."""
        return self._by_account(
            "select account_id, week, active_days, active_users_average, "
            "active_user_days, sessions, features_used, last_reported_on "
            "from health.usage_weekly"
        )

    @cached_property
    def thresholds(self) -> Mapping[str, Row]:
        """What activation asks for, by tier."""
        return {
            row["touch_tier"]: row
            for row in self._rows("from policy.activation_thresholds")
        }

    def _rows(self, query: str) -> Rows:
        return rows_of(self.connection, query)

    def _by_account(self, query: str) -> dict[str, Rows]:
        return rows_by_account(self.connection, query)

    def _touchpoints(self) -> Rows:
        cadences = {
            (row["touch_tier"], row["health_band"]): row
            for row in self._rows("from policy.touch_cadences")
        }
        bands = {
            row["account_id"]: row["band"]
            for row in self._rows("from health.health_scores where is_current")
        }
        touches_from = min(
            (
                activity["occurred_on"]
                for activities in self.activities.values()
                for activity in activities
                if touches.is_touch(activity)
            ),
            default=None,
        )
        return [
            {
                "account_id": account_id,
                **touches.touchpoints(
                    customer,
                    self.activities.get(account_id, []),
                    cadences,
                    bands.get(account_id, "unscored"),
                    touches_from,
                    self.as_of,
                ),
            }
            for account_id, customer in self.customers.items()
        ]

    def _success_plans(self) -> Rows:
        by_plan: dict[str, Rows] = defaultdict(list)
        for row in self.milestones:
            by_plan[row["success_plan_id"]].append(row)
        return [
            success_plans.plan(row, by_plan[row["success_plan_id"]], self.as_of)
            for row in self.plans
        ]

    def _success_plan_milestones(self) -> Rows:
        by_id = {row["success_plan_id"]: row for row in self.plans}
        return [
            success_plans.milestone(row, by_id[row["success_plan_id"]], self.as_of)
            for row in self.milestones
        ]

    def _onboarding(self) -> Rows:
        (trigger,) = self._rows(
            "from policy.intervention_triggers where trigger = 'onboarding_stalled'"
        )
        policy = onboarding.Policy(
            milestones=self._rows("from policy.onboarding_milestones"),
            borne_days=int(trigger["threshold"]),
            as_of=self.as_of,
        )
        plans: dict[str, Rows] = defaultdict(list)
        for row in self.plans:
            plans[row["account_id"]].append(row)
        starts = {
            account_id: onboarding.Start(
                customer=customer,
                activities=self.activities.get(account_id, []),
                used_weeks=[
                    week
                    for week in self.weeks.get(account_id, [])
                    if week["active_days"]
                ],
                plans=plans[account_id],
                activated_on=self._activated_on(account_id, customer),
            )
            for account_id, customer in self.customers.items()
        }
        recorded_from = onboarding.records_from(starts.values())
        return [
            {
                "account_id": account_id,
                **onboarding.onboarding(start, recorded_from, policy),
            }
            for account_id, start in starts.items()
        ]

    def _activated_on(self, account_id: str, customer: Customer) -> date | None:
        """Return the day of first value."""
        return health_facts.activation(
            customer,
            self.as_of,
            {
                week["week"]: health_facts.UsageWeek(
                    users=week["active_users_average"],
                    user_days=week["active_user_days"],
                    active_days=week["active_days"],
                    sessions=week["sessions"],
                    features=week["features_used"],
                )
                for week in self.weeks.get(account_id, [])
            },
            self.thresholds,
        )

    def _account_health(self) -> Rows:
        week = monday_of(self.as_of)
        drivers = self._drivers(week)
        drivers_before = self._drivers(week_ago(self.as_of, 4))
        owners = self._by_account("from core.account_owners")
        contacts = self._by_account(
            "select account_id, created_on, left_on, persona "
            "from staging.stg_crm__contacts"
        )
        interventions = self._by_account("from health.interventions")
        current = {
            row["account_id"]: row
            for row in self._rows("from health.health_scores where is_current")
        }
        scores = self._by_account(
            "select account_id, week, taken_on, score, band, raw_band "
            "from health.health_scores order by week"
        )
        usage_known_on = self._usage_known_on()
        least = switch(self.connection, "health_reason_points")
        kept = switch(self.connection, "health_history_weeks")
        moves = {
            account_id: weeks
            for account_id in current
            if (weeks := account_health.move(scores[account_id])) is not None
        }
        moved = defaultdict(set)
        for account_id, weeks in moves.items():
            for week in weeks:
                moved[week].add(account_id)
        of_weeks = {week: self._drivers(week, moved[week]) for week in moved}
        return [
            {
                "account_id": account_id,
                **account_health.account_health(
                    account_health.Account(
                        row=customer.account.row,
                        owner=self._owner(owners.get(account_id, [])),
                        arr=sum(
                            line["arr"]
                            for line in customer.account.lines_on(self.as_of)
                        ),
                        started_on=customer.started_on,
                        score=current[account_id],
                        scores=scores[account_id],
                        drivers=drivers[account_id],
                        drivers_before=drivers_before[account_id],
                        drivers_moved=tuple(
                            of_weeks[week][account_id]
                            for week in moves.get(account_id, ())
                        )
                        or ({}, {}),
                        measures={
                            "usage_known_on": usage_known_on,
                            "champion_lost_days": health_facts.contact_facts(
                                self.as_of, contacts.get(account_id, [])
                            )["champion_lost_days"],
                        },
                        interventions=interventions.get(account_id, []),
                    ),
                    self.policies,
                    least,
                    kept,
                ),
            }
            for account_id, customer in self.customers.items()
            if customer.tier_on(self.as_of) is not None
        ]

    @cached_property
    def policies(self) -> HealthPolicies:
        """The seeds by which health is judged."""
        tiers = self._rows("from policy.touch_tiers")
        return HealthPolicies(
            tiers=[row["touch_tier"] for row in tiers],
            drivers=self._rows("from policy.health_drivers"),
            dimensions=self._rows("from policy.health_dimensions"),
            caps=self._rows("from policy.health_caps"),
            bands=self._rows("from policy.health_bands"),
            overrides=self._rows("from policy.health_overrides"),
            known_on=USAGE_KNOWN_ON,
        )

    def _drivers(
        self, week: date, accounts: Iterable[str] | None = None
    ) -> Mapping[str, dict[str, Row]]:
        """Return a week's drivers by account and name, without what people set.

        `accounts` are those that are wanted; None is all.
        """
        wanted = ""
        if accounts is not None:
            wanted = f"and account_id in ({', '.join(map(literal, sorted(accounts)))})"
        found: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self._rows(
            "select account_id, driver, raw_value, points, weight, contribution "
            f"from health.health_driver_scores where week = date '{week}' "
            f"and driver <> 'override' {wanted}"
        ):
            found[row["account_id"]][row["driver"]] = row
        return found

    def _owner(self, periods: Sequence[Row]) -> Row | None:
        for period in periods:
            if period["valid_from"] <= self.as_of < (period["valid_to"] or date.max):
                return period
        return None

    def _usage_known_on(self) -> date | None:
        """Return the last day up to which anybody's use is reported."""
        return max(
            (
                one["last_reported_on"]
                for weeks in self.weeks.values()
                for one in weeks
                if one["last_reported_on"] is not None
            ),
            default=None,
        )
