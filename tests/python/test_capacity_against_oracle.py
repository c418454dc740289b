"""The capacity marts against plain Python, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import duckdb
import pytest
from customers import switch
from expansion_renewals import deals_of
from oracle.arithmetic import last_closed_day
from oracle.capacity import Capacity
from oracle.comparison import compare
from oracle.economics import account_coverage, tier_economics
from oracle.handovers import Handovers, Plan
from oracle.headcount import Outlook
from oracle.health import Row
from oracle.month_closes import Rows, standings
from oracle.scorecards import Scorecards
from oracle.team import Policy, known_csms
from oracle.team_totals import capacity_totals, time_shares
from oracle.terms import is_renewal_term
from rows import rows_by_account, rows_of

KEYS = {
    "csm_capacity": ("csm_id", "month"),
    "tier_capacity": ("touch_tier", "month"),
    "account_coverage": ("account_id",),
    "csm_scorecard": ("csm_id", "period", "period_start"),
    "tier_economics": ("touch_tier",),
    "headcount_forecast": ("touch_tier", "month", "scenario"),
    "csm_time_shares": ("csm_id", "month", "category"),
    "rebalancing_moves": ("proposal_id",),
    "capacity_totals": ("as_of_date",),
}


@dataclass(frozen=True)
class Marts:
    """The capacity marts of a built database, and what the oracle makes of its rows."""

    connection: duckdb.DuckDBPyConnection
    as_of: date

    def found(self, mart: str) -> list[Row]:
        """Return a mart's rows, its decimals as fractions."""
        return [
            {
                name: Fraction(value) if isinstance(value, Decimal) else value
                for name, value in row.items()
            }
            for row in rows_of(self.connection, f"from capacity.{mart}")
        ]

    def expected(self, mart: str) -> list[Row]:
        """Return the rows that the oracle expects."""
        return getattr(self, f"_{mart}")()

    def differences(self, mart: str) -> list[str]:
        """Return the first differences; a column that only one side has is one."""
        found, expected = self.found(mart), self.expected(mart)
        assert set(found[0]) == set(expected[0])
        return compare(expected, found, KEYS[mart])

    @cached_property
    def rows(self) -> Rows:
        """What is known of accounts by the models that other oracles prove."""
        terms = rows_of(
            self.connection,
            "select subscription_id, current_term_start, current_term_end "
            "from staging.stg_billing__subscriptions",
        )
        months_min = switch(self.connection, "renewal_term_months_min")
        return Rows(
            monthly=self._by_account(
                "select account_id, month, closing_arr, closing_touch_tier "
                "from revenue.arr_monthly"
            ),
            owners=self._by_account("from core.account_owners"),
            lines=self._by_account(
                "select account_id, subscription_id, valid_from, valid_to, arr, "
                "in_grace from revenue.arr_lines"
            ),
            scores=self._by_account(
                "select account_id, taken_on, band from health.health_scores "
                # The last days of a month and the week before them.
                "where taken_on + 7 > last_day(taken_on)"
                f" or taken_on + 7 > date '{self.as_of}'"
            ),
            terms={
                row["subscription_id"]: row
                for row in terms
                if is_renewal_term(row, months_min)
            },
            as_of=self.as_of,
        )

    @cached_property
    def capacity(self) -> Capacity:
        """The oracle."""
        policy = Policy(
            tiers={
                row["touch_tier"]: row
                for row in rows_of(self.connection, "from policy.touch_tiers")
            },
            hours=rows_of(self.connection, "from policy.expected_hours"),
        )
        return Capacity(
            rows=self.rows,
            standings=list(standings(self.rows)),
            csms=known_csms(
                rows_of(self.connection, "from core.csms"), self.rows.owners, policy
            ),
            activities=rows_of(
                self.connection,
                "select account_id, csm_id, activity_type, purpose, occurred_on, "
                "duration_minutes, status from staging.stg_crm__activities",
            ),
            policy=policy,
        )

    def _by_account(self, query: str) -> Mapping[str, Sequence[Row]]:
        return rows_by_account(self.connection, query)

    def _csm_capacity(self) -> list[Row]:
        return self.capacity.csm_capacity()

    def _tier_capacity(self) -> list[Row]:
        return self.capacity.tier_capacity()

    def _tier_economics(self) -> list[Row]:
        return tier_economics(self.capacity, self._retention())

    def _headcount_forecast(self) -> list[Row]:
        return Outlook(
            capacity=self.capacity,
            customers=rows_of(self.connection, "from core.accounts"),
            deals=deals_of(self.connection, self.as_of, "new_business"),
            kept=self._retention(),
            won=rows_of(
                self.connection,
                "from revenue.arr_waterfall where slice_name = 'touch_tier' "
                f"and month > {self._closed_month} - interval 12 months "
                f"and month <= {self._closed_month}",
            ),
            scenarios=rows_of(self.connection, "from policy.headcount_scenarios"),
        ).rows()

    @property
    def _closed_month(self) -> str:
        """SQL of the last month that is whole on the as-of date."""
        return f"date '{last_closed_day(self.as_of).replace(day=1)}'"

    def _retention(self) -> Mapping[str, Row]:
        """Return retention of twelve months by tier."""
        rows = rows_of(
            self.connection,
            "from revenue.retention "
            f"where as_of_month = {self._closed_month} "
            "and window_months = 12 and slice_name = 'touch_tier'",
        )
        return {row["slice_value"]: row for row in rows}

    def _csm_scorecard(self) -> list[Row]:
        return Scorecards(
            capacity=self.capacity,
            retained=rows_of(self.connection, "from revenue.csm_retention"),
            events=rows_of(
                self.connection,
                "select account_id, event_on, movement_type, delta_arr "
                "from revenue.arr_events",
            ),
            advocacy=rows_of(self.connection, "from staging.stg_crm__advocacy"),
            interventions=rows_of(
                self.connection,
                "select account_id, opened_on from health.interventions",
            ),
        ).rows()

    def _account_coverage(self) -> list[Row]:
        refused = Counter(
            row["row_key"].split("|")[0]
            for row in rows_of(
                self.connection,
                "from quality.quarantined_rows where reason = 'overlapping_rows' "
                "and table_name = 'crm_account_owners'",
            )
        )
        bands = {
            standing.account_id: standing.band
            for standing in self.capacity.standings
            if standing.month == self.rows.months[-1]
        }
        return account_coverage(
            rows_of(self.connection, "from core.accounts"),
            self.capacity.csms,
            self.capacity.policy,
            refused,
            bands,
        )

    def _csm_time_shares(self) -> list[Row]:
        return time_shares(self.capacity)

    @cached_property
    def plan(self) -> Plan:
        """How many accounts the mart moves from whom to whom, by tier."""
        return Counter(
            (row["from_csm_id"], row["touch_tier"], row["to_csm_id"])
            for row in self.found("rebalancing_moves")
            if row["proposal"] == "move"
        )

    @cached_property
    def handovers(self) -> Handovers:
        """The team on the as-of date."""
        return Handovers(
            accounts=self.found("account_coverage"),
            csms=self._csms_now,
            bands=self.capacity.policy.tiers,
        )

    def _rebalancing_moves(self) -> list[Row]:
        return self.handovers.rows(self.plan)

    @property
    def _csms_now(self) -> list[Row]:
        return rows_of(
            self.connection,
            "from capacity.csm_capacity "
            f"where month = date_trunc('month', date '{self.as_of}')",
        )

    def _capacity_totals(self) -> list[Row]:
        marts = ("account_coverage", "rebalancing_moves", "headcount_forecast")
        return [
            capacity_totals(self.as_of, self._csms_now, *map(self.found, marts)),
        ]


@pytest.fixture(scope="module")
def marts(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield Marts(connection, date(2025, 12, 31))


@pytest.mark.parametrize("mart", KEYS)
def test_every_cell_is_what_the_definitions_say(marts, mart):
    assert marts.differences(mart) == []


def test_no_plan_that_differs_by_one_accounts_way_is_better(marts):
    handovers, plan = marts.handovers, marts.plan
    assert handovers.cost(plan) < handovers.cost({})
    assert handovers.better(plan) is None


def test_the_sample_has_rows_of_each_kind(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        kinds = connection.execute("""
            select
                (select count(*) from capacity.csm_time_shares
                    where planned_hours > 0 and actual_hours > customer_facing_hours),
                (select count(*) from capacity.csm_time_shares
                    where planned_hours = 0),
                (select count(*) from capacity.csm_time_shares
                    where actual_share is null),
                (select count(*) from capacity.csm_time_shares
                    where csm_id = 'unassigned'),
                (select count(distinct reason) - 3 from capacity.rebalancing_moves),
                (select uncovered_accounts from capacity.capacity_totals),
                (select mis_tiered_accounts from capacity.capacity_totals),
                (select csms_over from capacity.capacity_totals)
        """).fetchone()
    assert kinds is not None
    assert all(rows > 0 for rows in kinds), kinds
