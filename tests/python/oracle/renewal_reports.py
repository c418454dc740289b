"""Sums that reports show of renewals and the pipeline: four marts.

Readings of the columns' descriptions, over rows of marts that have oracles themselves:

- A stage's age is that of the opportunity that has stood in it longest.
- Forecasts are judged over the twelve months of the calendar that end with the last
  settled one: a month that is not settled, or in which nothing was up, is not judged,
  and no older one stands in for it. Both leads have the same twelve.
- A horizon of so many days holds a term that ends on its last day, and all in grace.
- A term in grace is still to come, so that it stands in the month of the day.
- A month is complete if it is over a year from the day: later ones are not all known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from oracle.arithmetic import first_day, month_number, ratio, rounded_away
from oracle.renewals import is_known_whole

Row = Mapping[str, Any]

HORIZONS = (30, 90, 180, 365)
SOURCES = ("csm", "sales", "marketing", "product", "unassigned")
BANDS = ("green", "yellow", "red", "unscored")
_YEAR = 12


def pipeline_stages(opportunities: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the rows of pipeline_stages, out of those of expansion_opportunities."""
    by_stage: dict[str, list[Row]] = defaultdict(list)
    for row in opportunities:
        if row["closed_on"] is None:
            by_stage[row["stage"]].append(row)
    for stage, deals in by_stage.items():
        (win_rate,) = {deal["win_rate"] for deal in deals}
        yield {
            "stage": stage,
            "deals": len(deals),
            "open_arr": _sum(deals, "amount"),
            "weighted_arr": _sum(deals, "weighted_amount"),
            "win_rate": win_rate,
            **{
                f"{source}_arr": _sum(
                    [deal for deal in deals if deal["source"] == source], "amount"
                )
                for source in SOURCES
            },
            "longest_stage_age_days": max(deal["stage_age_days"] for deal in deals),
        }


def renewal_forecast_errors(accuracy: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield renewal_forecast_errors, out of renewal_forecast_accuracy."""
    settled = [row for row in accuracy if row["is_complete"] and row["available_arr"]]
    last = max((month_number(row["month"]) for row in settled), default=0)
    by_lead: dict[int, list[Row]] = defaultdict(list)
    for row in settled:
        if last - month_number(row["month"]) < _YEAR:
            by_lead[row["lead_days"]].append(row)
    for lead, months in by_lead.items():
        available = _sum(months, "available_arr")
        forecast, renewed = _sum(months, "forecast_arr"), _sum(months, "renewed_arr")
        errors = [
            Fraction(row["forecast_arr"]) - Fraction(row["renewed_arr"])
            for row in months
        ]
        yield {
            "lead_days": lead,
            "months": len(months),
            "available_arr": available,
            "forecast_gross_rate": ratio(forecast, available),
            "gross_rate": ratio(renewed, available),
            "error_rate": rounded_away((forecast - renewed) / available, 6),
            "absolute_error_rate": ratio(sum(map(abs, errors), Fraction()), available),
            "largest_error_rate": max(
                rounded_away(abs(error) / Fraction(row["available_arr"]), 6)
                for error, row in zip(errors, months, strict=True)
            ),
            "months_too_high": sum(1 for error in errors if error > 0),
        }


def renewal_horizons(renewals: Iterable[Row], as_of: date) -> Iterator[dict[str, Any]]:
    """Yield the rows of renewal_horizons, out of those of renewals."""
    is_open = [row for row in renewals if row["status"] in ("upcoming", "in_grace")]
    for horizon in HORIZONS:
        within = [
            row for row in is_open if (row["term_end_date"] - as_of).days <= horizon
        ]
        at_risk = [row for row in within if row["is_at_risk"]]
        arr = _sum(within, "arr_up_for_renewal")
        forecast, net = _sum(within, "forecast_arr"), _sum(within, "net_forecast_arr")
        yield {
            "horizon_days": horizon,
            "renewals": len(within),
            "accounts": len({row["account_id"] for row in within}),
            "arr_up_for_renewal": arr,
            "forecast_arr": forecast,
            "net_forecast_arr": net,
            "expected_loss_arr": arr - forecast,
            "gross_rate": ratio(forecast, arr),
            "net_rate": ratio(net, arr),
            "committed_arr": _sum(
                [row for row in within if row["is_committed"]], "arr_up_for_renewal"
            ),
            "at_risk_renewals": len(at_risk),
            "at_risk_arr": _sum(at_risk, "arr_up_for_renewal"),
        }


def renewal_months(renewals: Iterable[Row], as_of: date) -> Iterator[dict[str, Any]]:
    """Yield the rows of renewal_months, out of those of renewals."""
    by_month: dict[date, list[Row]] = defaultdict(list)
    for row in renewals:
        if row["status"] in ("upcoming", "in_grace"):
            due_on = max(row["term_end_date"], as_of)
            by_month[first_day(month_number(due_on))].append(row)
    for month, ends in by_month.items():
        arr, forecast = _sum(ends, "arr_up_for_renewal"), _sum(ends, "forecast_arr")
        yield {
            "month": month,
            "renewals": len(ends),
            "arr_up_for_renewal": arr,
            **{
                f"{band}_arr": _sum(
                    [row for row in ends if row["health_band"] == band],
                    "arr_up_for_renewal",
                )
                for band in BANDS
            },
            "at_risk_arr": _sum(
                [
                    row
                    for row in ends
                    if row["health_band"] == "red"
                    or row["status"] == "in_grace"
                    or row["cancel_requested_on"] is not None
                ],
                "arr_up_for_renewal",
            ),
            "forecast_arr": forecast,
            "expected_loss_arr": arr - forecast,
            "gross_rate": ratio(forecast, arr),
            "is_complete": is_known_whole(month_number(month), as_of),
        }


def _sum(rows: Sequence[Row], column: str) -> Fraction:
    return sum((Fraction(row[column]) for row in rows), Fraction())
