"""The marts of expansion and renewals in a built database, and what the oracle says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import duckdb
from customers import switch
from oracle import expansion, renewal_reports, renewals, signals
from oracle.net_retention import NetRetention
from oracle.standing import Account
from oracle.terms import Life
from rows import rows_by_account, rows_of

KEYS = {
    "renewals": ("subscription_id", "contracted_end_date"),
    "renewal_forecast": ("month", "scenario"),
    "renewal_forecast_accuracy": ("month", "lead_days"),
    "expansion_opportunities": ("opportunity_id",),
    "expansion_pipeline": ("month", "source"),
    "expansion_signals": ("account_id",),
    "nrr_forecast": ("forecast_on", "quarters_ahead"),
    "nrr_forecast_records": ("horizon",),
    "pipeline_stages": ("stage",),
    "renewal_forecast_errors": ("lead_days",),
    "renewal_horizons": ("horizon_days",),
    "renewal_months": ("month",),
}
LINES = (
    "select lines.*, products.unit from revenue.arr_lines as lines "
    "left join staging.stg_billing__products as products using (product_id)"
)

# Proven by the oracle of renewals.
TERMS = (
    "select account_id, subscription_id, term_start_date, contracted_end_date, "
    "term_end_date from expansion_renewals.renewals"
)

Rows = list[dict[str, Any]]
# Mart, key, column, what the mart holds and what the oracle found.
Difference = tuple[Any, ...]


def oracle_of_renewals(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> renewals.Renewals:
    """Give the oracle of renewals the rows that it starts from."""
    lines: dict[str, Rows] = defaultdict(list)
    for line in rows_of(connection, LINES):
        lines[line["subscription_id"]].append(line)
    staged = rows_of(connection, "from staging.stg_billing__subscriptions")
    continued: dict[str, list[Life]] = defaultdict(list)
    for row in staged:
        before = row["renewed_from_subscription_id"]
        if before is not None and before != row["subscription_id"]:
            continued[before].append(Life(row, lines[row["subscription_id"]]))
    held = rows_by_account(connection, LINES)
    overrides = rows_by_account(connection, "from policy.touch_tier_overrides")
    tiers = rows_of(connection, "from policy.touch_tiers")
    bands = rows_by_account(
        connection, "select account_id, taken_on, band from health.health_scores"
    )
    return renewals.Renewals(
        [
            Life(row, lines[row["subscription_id"]], continued[row["subscription_id"]])
            for row in staged
        ],
        {
            row["account_id"]: Account(
                row,
                held.get(row["account_id"], []),
                overrides.get(row["account_id"], []),
                bands.get(row["account_id"], []),
                tiers,
            )
            for row in rows_of(connection, "from core.accounts")
        },
        renewals.Policy(
            as_of=as_of,
            grace_days=switch(connection, "renewal_grace_days"),
            months_min=switch(connection, "renewal_term_months_min"),
            min_cases=switch(connection, "renewal_rate_min_cases"),
            rates={
                row["health_band"]: row
                for row in rows_of(connection, "from policy.renewal_rates")
            },
        ),
    )


def oracle_of_expansion(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> expansion.Expansion:
    """Give the oracle of opportunities the rows that it starts from."""
    policy = policy_of_sales(connection, as_of)
    terms = rows_by_account(connection, TERMS)
    events = rows_by_account(connection, "from revenue.arr_events")
    return expansion.Expansion(
        deals_of(connection, as_of, "expansion"),
        {
            row["account_id"]: expansion.Customer(
                row, events.get(row["account_id"], []), terms.get(row["account_id"], [])
            )
            for row in rows_of(connection, "from core.account_profiles")
        },
        policy,
    )


def policy_of_sales(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> expansion.Policy:
    """Return when a sale is over and how often one is won, as managers decide."""
    return expansion.Policy(
        as_of=as_of,
        min_cases=switch(connection, "win_rate_min_cases"),
        stages={
            row["stage"]: row
            for row in rows_of(connection, "from policy.stage_win_rates")
        },
    )


def deals_of(
    connection: duckdb.DuckDBPyConnection, as_of: date, opportunity_type: str
) -> list[expansion.Deal]:
    """Return the opportunities of a type, as the oracle of sales reads them."""
    policy = policy_of_sales(connection, as_of)
    history: dict[str, Rows] = defaultdict(list)
    for row in rows_of(connection, "from staging.stg_crm__opportunity_stages"):
        history[row["opportunity_id"]].append(row)
    rates = _rates(connection, as_of)
    return [
        expansion.Deal(
            row, history[row["opportunity_id"]], rates(row["currency"]), policy
        )
        for row in rows_of(
            connection,
            "from staging.stg_crm__opportunities "
            f"where opportunity_type = '{opportunity_type}'",
        )
    ]


def _rates(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> Callable[[str | None], Fraction]:
    """Return what gives a currency's rate at last year's end (DECISIONS A4)."""
    reference = as_of.replace(month=1, day=1) - timedelta(days=1)
    by_currency: dict[str, Rows] = defaultdict(list)
    for row in rows_of(connection, "from staging.stg_billing__exchange_rates"):
        by_currency[row["currency"]].append(row)

    def rate(currency: str | None) -> Fraction:
        if currency in (None, "USD"):
            return Fraction(1)
        dated = sorted(by_currency[str(currency)], key=lambda row: row["rate_date"])
        known = [row for row in dated if row["rate_date"] <= reference]
        return Fraction((known[-1] if known else dated[0])["rate"])

    return rate


def oracle_of_signals(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> signals.Signals:
    """Give the oracle of signals the rows that it starts from."""
    (trigger,) = rows_of(
        connection,
        "from policy.intervention_triggers where trigger = 'usage_near_limit'",
    )
    rows = {
        "lines": rows_by_account(connection, LINES),
        "usage": rows_by_account(connection, "from health.usage_weekly"),
        "events": rows_by_account(connection, "from revenue.arr_events"),
        "activities": rows_by_account(
            connection, "from staging.stg_crm__activities where purpose = 'expansion'"
        ),
    }
    tiers: dict[str, dict[date, str]] = defaultdict(dict)
    for row in rows_of(
        connection,
        "select account_id, month, opening_touch_tier from revenue.arr_monthly",
    ):
        tiers[row["account_id"]][row["month"]] = row["opening_touch_tier"]
    return signals.Signals(
        {
            row["account_id"]: signals.Account(
                row,
                tiers=tiers[row["account_id"]],
                **{
                    name: held.get(row["account_id"], []) for name, held in rows.items()
                },
            )
            for row in rows_of(connection, "from core.accounts")
        },
        signals.Policy(
            as_of=as_of,
            trigger=trigger,
            used_after_percent=switch(connection, "signal_seats_used_after"),
            peers_min=switch(connection, "peers_min"),
            ownership_min_percent=switch(connection, "peer_ownership_min_percent"),
            features={
                row["product_family"]: row["features"]
                for row in rows_of(connection, "from policy.product_features")
            },
        ),
        oracle_of_expansion(connection, as_of).deals,
    )


def expected_marts(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> dict[str, Rows]:
    """Return all twelve marts as the oracles have them."""
    renewal = oracle_of_renewals(connection, as_of)
    expanding = oracle_of_expansion(connection, as_of)
    signalling = oracle_of_signals(connection, as_of)
    retention = NetRetention(renewal, expanding, signalling)
    marts = {
        "renewals": renewal.rows,
        "renewal_forecast": list(renewal.forecast()),
        "renewal_forecast_accuracy": list(renewal.accuracy()),
        "expansion_opportunities": list(expanding.opportunities()),
        "expansion_pipeline": list(expanding.pipeline()),
        "expansion_signals": list(signalling.rows()),
        "nrr_forecast": retention.rows,
        "nrr_forecast_records": list(retention.records()),
    }
    return {**marts, **expected_reports(marts, as_of)}


def expected_reports(marts: Mapping[str, Rows], as_of: date) -> dict[str, Rows]:
    """Return what reports sum up, out of the rows of the marts that it is of."""
    deals, ends = marts["expansion_opportunities"], marts["renewals"]
    accuracy = marts["renewal_forecast_accuracy"]
    return {
        "pipeline_stages": list(renewal_reports.pipeline_stages(deals)),
        "renewal_forecast_errors": list(
            renewal_reports.renewal_forecast_errors(accuracy)
        ),
        "renewal_horizons": list(renewal_reports.renewal_horizons(ends, as_of)),
        "renewal_months": list(renewal_reports.renewal_months(ends, as_of)),
    }


def differences(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    expected: Iterable[Mapping[str, Any]],
) -> tuple[int, list[Difference]]:
    """Return how many cells were compared, and those that differ.

    A row that only one side has differs as a whole; a column must be on both.
    """
    names = KEYS[mart]
    held = _by_key(rows_of(connection, f"from expansion_renewals.{mart}"), names)
    wanted = _by_key(expected, names)
    found: list[Difference] = []
    cells = 0
    for key in sorted(held.keys() | wanted.keys(), key=str):
        if key not in held or key not in wanted:
            found.append((mart, key, "row", held.get(key), wanted.get(key)))
            continue
        columns = held[key].keys() | wanted[key].keys()
        cells += len(columns)
        found.extend(
            (
                mart,
                key,
                column,
                held[key].get(column, "-"),
                wanted[key].get(column, "-"),
            )
            for column in sorted(columns)
            if held[key].get(column, "-") != wanted[key].get(column, "-")
        )
    return cells, found


def _by_key(
    rows: Iterable[Mapping[str, Any]], names: tuple[str, ...]
) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """Return rows by their key; an oracle that repeats one is at fault."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        if key in found:
            raise ValueError(f"twice: {key}")
        found[key] = row
    return found
