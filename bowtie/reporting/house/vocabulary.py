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
    "absolute_error_rate": "Off by, a month",
    "accounts_outside": "Accounts out of band",
    "active_users_average": "Active users",
    "actual_share": "Logged share",
    "arr_up_for_renewal": "Up for renewal",
    "available_arr": "Up for renewal",
    "available_hours": "Hours there",
    "baseline_value": "At the start",
    "completed_on": "Reached on",
    "csm_touch_tier": "Tier of the CSM",
    "current_value": "Now",
    "customer_facing_share": "With customers",
    "cancel_requested_on": "Cancellation asked",
    "days_before_renewal": "Days to renewal",
    "expected_hours": "Hours needed",
    "first_touch_on": "Met since, on",
    "forecast_arr": "Expected",
    "forecast_gross_rate": "Forecast",
    "from_csm_name": "From",
    "gross_rate": "Gross rate",
    "heads_missing": "Heads missing",
    "joined_12_months": "New in 12 months",
    "largest_error_rate": "Off by, at worst",
    "last_left_on": "Last left on",
    "lead_days": "Days ahead",
    "left_12_months": "Left in 12 months",
    "logged_share": "Of hours logged",
    "metric_name": "Measured by",
    "months_too_high": "Months too high",
    "net_rate": "Net rate",
    "owner_role": "Who",
    "milestone_name": "Milestone",
    "is_team_band": "Counted by team",
    "period_start": "From",
    "persona": "Role",
    "planned_share": "Planned share",
    "potential_arr": "Could bring",
    "progress": "Milestones",
    "recommended_max": "Band to",
    "recommended_min": "Band from",
    "scenario": "Growth",
    "seat_utilisation": "Seats used",
    "value_against_target": "Of the way",
    "to_csm_name": "To",
    "win_rate_12_months": "Win rate, 12 months",
    "won_arr_12_months": "Won, 12 months",
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
    "measured_value": "measure",
    "median_warning_days": "number",
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
    "absolute_error_rate": "points_apart",
    "accounts_per_csm": "count",
    "accounts_per_team": "count",
    "active_users": "count",
    "active_users_before": "count",
    "active_users_change": "percent_change",
    "available_hours": "count",
    "category": "words",
    "drivers_up": "prose",
    "engagement": "number",
    "error_rate": "points",
    "expansion_type": "words",
    "expected_hours": "count",
    "first_answer_hours": "number",
    "kind": "words",
    "largest_error_rate": "points_apart",
    "mismatch": "words",
    "objective": "prose",
    "owner_role": "words",
    "persona": "words",
    "playbook": "words",
    "products_not_owned": "words",
    "resolution_hours": "number",
    "satisfaction": "number",
    "scenario": "words",
    "seats": "count",
    "source": "words",
    "stage": "words",
    "status": "words",
    "team": "text",
    "touch_model": "words",
    "what": "prose",
}
# The switches that decide what the figures of a schema mean, or of a mart that differs.
POLICIES = {
    "core": ("account_grain", "currency_policy"),
    "revenue": ("account_grain", "currency_policy", "renewal_grace_days"),
    "health": ("account_grain", "health_band_dwell_weeks", "health_minimum_coverage"),
    "health.usage_weekly": ("business_timezone",),
    "health.success_plans": (),
    "health.success_plan_milestones": (),
    "capacity": ("account_grain", "full_time_weekly_hours"),
    "reviews": ("account_grain", "review_pack_days"),
    "expansion_renewals": ("account_grain", "renewal_term_months_min"),
    "quality": (),
}
_ACRONYMS = re.compile(r"\b(arr|csms?|nrr|grr|qbr|cltv)\b")


def label_of(column: str) -> str:
    """Return what a column is called in a page."""
    if column in LABELS:
        return LABELS[column]
    words = words_of(column.removeprefix("is_"))
    return words[0].upper() + words[1:]


def policies_of(mart: str) -> tuple[str, ...]:
    """Return the switches that decide what the figures of a mart mean."""
    return POLICIES[mart if mart in POLICIES else mart.partition(".")[0]]


def words_of(code: str) -> str:
    """Return a code of the marts for people: `qbr_overdue` as QBR overdue."""
    words = code.replace("_", " ")
    return _ACRONYMS.sub(lambda hit: hit[0].upper().replace("CSMS", "CSMs"), words)
