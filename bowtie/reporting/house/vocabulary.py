"""How columns of the marts are called in pages, and how their values are written.

One column has one name on every page. A column that is not listed is called as the mart
calls it, and written as its type says.
"""

from __future__ import annotations

import re

LABELS = {
    "account_name": "Account",
    "age_days": "Age in days",
    "as_of_month": "Twelve months to",
    "base_accounts": "Accounts a year ago",
    "base_arr": "ARR a year ago",
    "change_4_weeks": "In 4 weeks",
    "change_arr": "Change",
    "change_on_quarter": "On last quarter",
    "change_on_year": "On last year",
    "cohort_month": "First ARR in",
    "csm_name": "CSM",
    "definition": "What is counted",
    "distance_to_target": "From target",
    "drivers_down": "What pulls it down",
    "forecast_nrr": "Forecast",
    "from_band": "From",
    "gained_arr": "Gained",
    "grr": "Gross retention",
    "held_share": "Held",
    "high_nrr": "High",
    "interval_coverage": "Chance, if errors repeat",
    "logo_retention": "Logo retention",
    "lost_arr": "Lost",
    "low_nrr": "Low",
    "net_arr": "Net",
    "nrr": "Net retention",
    "nrr_points": "Of net retention",
    "open_triggers": "Open interventions",
    "opening_accounts": "Accounts at the start",
    "opening_arr": "ARR at the start",
    "slice_value": "Part",
    "source": "As in",
    "target_on": "By",
    "to_band": "To",
    "what_changed": "What changed",
}
KINDS = {
    "cause": "words",
    "change_4_weeks": "change",
    "change_arr": "money_change",
    "change_on_quarter": "points",
    "change_on_year": "points",
    "check_name": "words",
    "distance_to_target": "points",
    "drivers_down": "prose",
    "expected": "prose",
    "gained_arr": "money_change",
    "lost_arr": "money_change",
    "main_cause": "words",
    "main_reason": "words",
    "message": "prose",
    "metric": "metric",
    "net_arr": "money_change",
    "nrr_points": "points",
    "open_triggers": "words",
    "reason": "words",
    "restated_arr": "money_change",
    "restated_points": "change",
    "severity": "words",
    "step": "words",
    "touch_tier": "words",
    "trigger": "words",
    "what_changed": "prose",
}
# The switches that decide what the figures of a schema mean.
POLICIES = {
    "core": ("account_grain", "currency_policy"),
    "revenue": ("account_grain", "currency_policy", "renewal_grace_days"),
    "health": ("account_grain", "health_band_dwell_weeks", "health_minimum_coverage"),
    "capacity": ("account_grain", "full_time_weekly_hours"),
    "expansion_renewals": ("account_grain", "renewal_term_months_min"),
    "quality": (),
}
_ACRONYMS = re.compile(r"\b(arr|csms?|nrr|grr|qbr|cltv)\b")


def label_of(column: str) -> str:
    """Return what a column is called in a page."""
    if column in LABELS:
        return LABELS[column]
    words = column.replace("_", " ")
    words = _ACRONYMS.sub(lambda hit: hit[0].upper().replace("CSMS", "CSMs"), words)
    return words[0].upper() + words[1:]
