"""What health measures in a built database, and what the oracle makes of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
from customers import customers_of
from oracle import health_facts
from oracle.arithmetic import monday_of
from oracle.health import HealthPolicies, Row
from rows import rows_by_account, rows_of

# Of every build that is measured.
GRACE_DAYS = 30
# Staged rows that a fact is read from, by the field of `Known` that holds them.
STAGED = {
    "daily": "select account_id, usage_date, active_users, sessions, events "
    "from staging.stg_usage__daily",
    "features": "select account_id, usage_date, feature, active_users, events "
    "from staging.stg_usage__features_daily",
    "tickets": "select account_id, created_at, created_on, solved_at, solved_on, "
    "priority, is_escalated, satisfaction_score from staging.stg_support__tickets",
    "csat": "select account_id, responded_on, score from staging.stg_survey__responses "
    "where survey_type = 'csat'",
    "nps": "select account_id, responded_on, score from staging.stg_survey__responses "
    "where survey_type = 'nps'",
    "activities": "select account_id, occurred_on, activity_type, status "
    "from staging.stg_crm__activities",
    "contacts": "select account_id, created_on, left_on, persona "
    "from staging.stg_crm__contacts",
    "milestones": "select plans.account_id, milestones.due_date, "
    "milestones.completed_on, plans.created_on as plan_created_on, "
    "plans.status as plan_status, plans.completed_on as plan_completed_on "
    "from staging.stg_crm__success_plan_milestones as milestones "
    "inner join staging.stg_crm__success_plans as plans "
    "on milestones.success_plan_id = plans.success_plan_id",
    "judgements": "select account_id, recorded_at, recorded_on, csm_id, sentiment "
    "from staging.stg_crm__csm_sentiment",
    "invoices": "select account_id, issued_on, due_on, paid_on, status, "
    "total_amount "
    "from staging.stg_billing__invoices",
}
# One in `every` customers who are looked after by a person, one in sixty of the others.
CUSTOMERS = """
    select weeks.*
    from intermediate.int_customer_weeks as weeks
    inner join (
        select
            account_id,
            bool_or(touch_tier <> 'tech') as is_looked_after,
            row_number() over (order by account_id) as number
        from intermediate.int_customer_weeks
        group by account_id
    ) as accounts on weeks.account_id = accounts.account_id
    where
        accounts.number % (case when accounts.is_looked_after then {every} else 60 end)
        = 0
        -- Every third week back from the last, which may not be over.
        and date_diff(
            'week',
            weeks.week,
            (select max(last.week) from intermediate.int_customer_weeks as last)
        ) % 3 = 0
    order by weeks.account_id, weeks.week
"""


def so_far(found: dict[date, Any]) -> dict[date, Any]:
    """Return by week the most that was found up to it."""
    best, most = None, {}
    for week in sorted(found):
        best = found[week] if best is None else max(best, found[week])
        most[week] = best
    return most


@dataclass(frozen=True)
class Measured:
    """Customers' weeks: who and when, what the models measured, and what the oracle."""

    weeks: list[tuple[Row, Row, Row]]

    def differing(self) -> list[tuple[Any, ...]]:
        """Return account, week, measure and both values wherever the two differ."""
        return [
            (customer["account_id"], customer["week"], name, held[name], value)
            for customer, held, expected in self.weeks
            for name, value in expected.items()
            if held[name] != value
        ]

    def known_somewhere(self) -> set[str]:
        """Return the measures of which something is known of somebody."""
        return {
            name
            for _, _, expected in self.weeks
            for name, value in expected.items()
            if value is not None
        }

    def columns(self) -> set[str]:
        """Return the columns of the models' facts."""
        return set(self.weeks[0][1])


def measured_in(connection: duckdb.DuckDBPyConnection, every: int = 1) -> Measured:
    """Read what is measured in a built database, and the staged rows behind it."""
    chosen = CUSTOMERS.format(every=every)
    customers = rows_of(connection, chosen)
    found = rows_of(
        connection,
        f"select facts.* from intermediate.int_health_facts as facts "
        f"inner join ({chosen}) as customers using (account_id, week)",
    )
    staged = {name: rows_by_account(connection, sql) for name, sql in STAGED.items()}
    tiers = rows_of(connection, "from policy.touch_tiers")
    caps = rows_of(connection, "from policy.health_caps")
    capping = {row["driver"] for row in caps}
    policies = HealthPolicies(
        tiers=[row["touch_tier"] for row in tiers],
        drivers=rows_of(connection, "from policy.health_drivers"),
        dimensions=rows_of(connection, "from policy.health_dimensions"),
        caps=caps,
        bands=[],
        overrides=[],
        known_on={},
    )
    good_until: dict[tuple[str, str], dict[str, Fraction]] = {}
    for tier, stage in {(one["touch_tier"], one["stage_by_age"]) for one in customers}:
        segment = policies.segment(tier, stage)
        good_until[tier, stage] = {
            name: Fraction(row["value_at_100"])
            for name, row in segment.drivers.items()
            if segment.weight(name) or name in capping
        }
    thresholds = {
        row["touch_tier"]: row
        for row in rows_of(connection, "from policy.activation_thresholds")
    }
    by_id = customers_of(connection, GRACE_DAYS)
    as_of = max(row["taken_on"] for row in customers)
    daily, features = staged.pop("daily"), staged.pop("features")
    usage = {
        account_id: health_facts.usage_weeks(
            daily.get(account_id, []), features.get(account_id, [])
        )
        for account_id in daily.keys() | features.keys()
    }
    last_reported: dict[date, date] = {}
    for rows in daily.values():
        for row in rows:
            week = monday_of(row["usage_date"])
            latest = last_reported.get(week, row["usage_date"])
            last_reported[week] = max(latest, row["usage_date"])
    most_features: dict[date, int] = {}
    for weeks in usage.values():
        for week, one in weeks.items():
            if one.features is not None:
                most_features[week] = max(most_features.get(week, 0), one.features)
    recorded_from = min(week for weeks in usage.values() for week in weeks)
    first_arr_on = {row["account_id"]: row["first_arr_on"] for row in customers}
    met = [row for rows in staged["activities"].values() for row in rows]
    of_the_company = {
        "usage_known_on": so_far(last_reported),
        "most_features": so_far(most_features),
        "first_met": min(
            (row["occurred_on"] for row in met if health_facts.is_meeting(row)),
            default=None,
        ),
        "first_reviewed": min(
            (row["occurred_on"] for row in met if health_facts.is_review(row)),
            default=None,
        ),
        "good_until": good_until,
    }
    known = {
        account_id: health_facts.Known(
            usage=usage.get(account_id, {}),
            can_activate=started_on >= recorded_from,
            activated_on=health_facts.activation(
                by_id[account_id],
                as_of,
                usage.get(account_id, {}),
                thresholds,
            ),
            **{name: rows.get(account_id, []) for name, rows in staged.items()},
            **of_the_company,
        )
        for account_id, started_on in first_arr_on.items()
    }
    touchpoint_days = {row["touch_tier"]: row["touchpoint_days"] for row in tiers}
    held = {(row["account_id"], row["week"]): row for row in found}
    return Measured(
        [
            (
                customer,
                held[customer["account_id"], customer["week"]],
                health_facts.facts(
                    {
                        **customer,
                        "arr_since": by_id[customer["account_id"]].arr_since(
                            customer["taken_on"]
                        ),
                    },
                    touchpoint_days.get(customer["touch_tier"]),
                    known[customer["account_id"]],
                ),
            )
            for customer in customers
        ]
    )
