"""How fresh each raw table is, and how many of its rows were refused, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from oracle.health import Row

# What the raw contract calls each table, by its staging model: the day of which a row
# tells, none for what has no day of its own (`crm_accounts` are timeless, invoice lines
# and milestones are their parents').
DAYS: dict[str, str | None] = {
    "crm_accounts": None,
    "crm_csms": None,
    "crm_account_owners": "valid_from",
    "crm_contacts": "created_on",
    "crm_activities": "occurred_on",
    "crm_csm_sentiment": "recorded_on",
    "crm_success_plans": "created_on",
    "crm_success_plan_milestones": None,
    "crm_opportunities": "created_on",
    "crm_opportunity_stages": "entered_on",
    "crm_advocacy": "occurred_on",
    "billing_products": None,
    "billing_customers": None,
    "billing_subscriptions": "started_on",
    "billing_subscription_items": "valid_from",
    "billing_pauses": "paused_on",
    "billing_invoices": "issued_on",
    "billing_invoice_lines": None,
    "billing_exchange_rates": "rate_date",
    "usage_daily": "usage_date",
    "usage_features_daily": "usage_date",
    "usage_events": "occurred_on",
    "support_tickets": "created_on",
    "survey_responses": "responded_on",
}


def freshness(table: str, days: Iterable[Row], as_of: date) -> dict[str, Any]:
    """Return a table's row of `source_freshness`.

    `days` say how many staged `rows` there are of each `day`, None of no day.
    """
    days = list(days)
    newest_on = max(
        (row["day"] for row in days if row["day"] is not None), default=None
    )
    return {
        "table_name": table,
        "source_system": table.split("_")[0],
        "row_count": sum(row["rows"] for row in days),
        "newest_on": newest_on,
        "age_days": None if newest_on is None else (as_of - newest_on).days,
    }


def refusals(refused: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `refusal_counts` from those of `quarantined_rows`."""
    counts = Counter(
        (row["table_name"], row["reason"], row["column_name"] or "the row")
        for row in refused
    )
    for (table, reason, column), rows in counts.items():
        yield {
            "table_name": table,
            "reason": reason,
            "column_name": column,
            "refused_rows": rows,
        }
