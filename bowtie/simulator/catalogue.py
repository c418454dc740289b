"""What the simulated company sells, to whom, and in which currencies.

All figures here are inputs to the simulation; `parameters.json` repeats them beside
the truth tables.
"""

from __future__ import annotations

from dataclasses import dataclass

REPORTING_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `monthly_price` is US dollars a unit and month at list."""

    product_id: str
    name: str
    family: str
    tier_rank: int | None
    unit: str
    is_self_service: bool
    monthly_price: float


FREE, BASIC, PLUS = "free", "self-basic", "self-plus"
STARTER, TEAM, BUSINESS, ENTERPRISE = "starter", "team", "business", "enterprise"
INSIGHTS, AUTOMATION, AUTOMATION_PLUS = "insights", "automation", "automation-plus"
PREMIUM_SUPPORT, API_CALLS, ONBOARDING = "premium-support", "api-calls", "onboarding"

PRODUCTS = {
    product.product_id: product
    for product in (
        Product(FREE, "Free", "self-service", 0, "seat", True, 0.0),
        Product(BASIC, "Self-service Basic", "self-service", 1, "seat", True, 12.0),
        Product(PLUS, "Self-service Plus", "self-service", 2, "seat", True, 24.0),
        Product(STARTER, "Starter", "core", 1, "seat", False, 18.0),
        Product(TEAM, "Team", "core", 2, "seat", False, 35.0),
        Product(BUSINESS, "Business", "core", 3, "seat", False, 60.0),
        Product(ENTERPRISE, "Enterprise", "core", 4, "seat", False, 95.0),
        Product(INSIGHTS, "Insights", "analytics", 1, "flat", False, 0.0),
        Product(AUTOMATION, "Automation", "automation", 1, "flat", False, 0.0),
        Product(
            AUTOMATION_PLUS, "Automation Plus", "automation", 2, "flat", False, 0.0
        ),
        Product(PREMIUM_SUPPORT, "Premium Support", "support", 1, "flat", False, 0.0),
        Product(API_CALLS, "API Calls", "api", None, "usage", False, 0.004),
        Product(ONBOARDING, "Onboarding", "services", None, "flat", False, 0.0),
    )
}
ADD_ONS = (INSIGHTS, AUTOMATION, PREMIUM_SUPPORT)
TIER_UP = {
    BASIC: PLUS,
    STARTER: TEAM,
    TEAM: BUSINESS,
    BUSINESS: ENTERPRISE,
    FREE: BASIC,
}
TIER_DOWN = {PLUS: BASIC, TEAM: STARTER, BUSINESS: TEAM, ENTERPRISE: BUSINESS}

CORE_FEATURES = ("boards", "search", "sharing", "reports", "templates", "mobile")
PRODUCT_FEATURES = {
    INSIGHTS: ("dashboards", "forecasts"),
    AUTOMATION: ("rules", "integrations"),
    AUTOMATION_PLUS: ("rules", "integrations"),
    API_CALLS: ("api",),
}
FEATURES = (
    *CORE_FEATURES,
    "dashboards",
    "forecasts",
    "rules",
    "integrations",
    "api",
)


@dataclass(frozen=True, slots=True)
class Segment:
    """How one kind of customer buys and behaves.

    `yearly_rates` are expected chapters a year at average latent quality, by the
    names in `chapters.CHAPTERS`. `target_arr` is (median, log spread, low, high) in
    US dollars. `billing` weighs (interval, count, term in months; 0 = the billing
    interval itself).
    """

    name: str
    touch: str
    share: float
    target_arr: tuple[float, float, float, float]
    product: str
    billing: tuple[tuple[float, str, int, int], ...]
    auto_renews: float
    renews_in_new_subscription: float
    trial: float
    yearly_rates: dict[str, float]
    contacts: tuple[int, int]
    tickets_a_month: float
    touch_every_days: int
    survey_rate: float


SEGMENTS = (
    Segment(
        name="enterprise",
        touch="high",
        share=0.02,
        target_arr=(190_000, 0.5, 105_000, 800_000),
        product=ENTERPRISE,
        billing=(
            (0.55, "year", 1, 12),
            (0.12, "year", 2, 24),
            (0.10, "year", 3, 36),
            (0.15, "month", 3, 12),
            (0.08, "month", 1, 24),
        ),
        auto_renews=0.35,
        renews_in_new_subscription=0.5,
        trial=0.0,
        yearly_rates={
            "churn": 0.06,
            "contraction": 0.12,
            "expansion": 0.55,
            "dip": 0.08,
            "rescue": 0.14,
            "champion_replaced": 0.08,
            "ticket_burst": 0.10,
        },
        contacts=(6, 10),
        tickets_a_month=3.0,
        touch_every_days=11,
        survey_rate=0.45,
    ),
    Segment(
        name="mid-market",
        touch="mid",
        share=0.11,
        target_arr=(42_000, 0.36, 20_500, 99_000),
        product=BUSINESS,
        billing=(
            (0.62, "year", 1, 12),
            (0.05, "year", 2, 24),
            (0.15, "month", 3, 12),
            (0.18, "month", 1, 12),
        ),
        auto_renews=0.5,
        renews_in_new_subscription=0.35,
        trial=0.03,
        yearly_rates={
            "churn": 0.09,
            "contraction": 0.12,
            "expansion": 0.42,
            "dip": 0.08,
            "rescue": 0.09,
            "champion_replaced": 0.06,
            "ticket_burst": 0.08,
        },
        contacts=(4, 6),
        tickets_a_month=1.2,
        touch_every_days=26,
        survey_rate=0.35,
    ),
    Segment(
        name="small-business",
        touch="low",
        share=0.27,
        target_arr=(9_800, 0.3, 5_100, 19_800),
        product=TEAM,
        billing=(
            (0.40, "year", 1, 12),
            (0.20, "month", 3, 12),
            (0.25, "month", 1, 12),
            (0.15, "month", 1, 0),
        ),
        auto_renews=0.7,
        renews_in_new_subscription=0.2,
        trial=0.1,
        yearly_rates={
            "churn": 0.11,
            "contraction": 0.10,
            "expansion": 0.30,
            "dip": 0.09,
            "rescue": 0.06,
            "pause": 0.02,
            "champion_replaced": 0.04,
            "ticket_burst": 0.06,
        },
        contacts=(2, 4),
        tickets_a_month=0.45,
        touch_every_days=75,
        survey_rate=0.25,
    ),
    Segment(
        name="small-team",
        touch="tech",
        share=0.15,
        target_arr=(2_400, 0.4, 700, 4_900),
        product=STARTER,
        billing=(
            (0.45, "year", 1, 12),
            (0.50, "month", 1, 0),
            (0.05, "month", 3, 12),
        ),
        auto_renews=0.85,
        renews_in_new_subscription=0.1,
        trial=0.15,
        yearly_rates={
            "churn": 0.13,
            "contraction": 0.08,
            "expansion": 0.25,
            "dip": 0.09,
            "rescue": 0.02,
            "pause": 0.04,
            "champion_replaced": 0.03,
            "ticket_burst": 0.05,
        },
        contacts=(1, 3),
        tickets_a_month=0.2,
        touch_every_days=30,
        survey_rate=0.12,
    ),
    Segment(
        name="self-service",
        touch="tech",
        share=0.45,
        target_arr=(1_300, 0.7, 140, 9_500),
        product=BASIC,
        billing=(
            (0.71, "month", 1, 0),
            (0.22, "year", 1, 12),
            (0.045, "week", 1, 0),
            (0.005, "week", 2, 0),
            (0.02, "day", 1, 0),
        ),
        auto_renews=1.0,
        renews_in_new_subscription=0.0,
        trial=0.3,
        yearly_rates={
            "churn": 0.17,
            "contraction": 0.09,
            "expansion": 0.20,
            "dip": 0.10,
            "rescue": 0.01,
            "pause": 0.05,
            "price_rise": 0.08,
            "ticket_burst": 0.04,
        },
        contacts=(1, 2),
        tickets_a_month=0.12,
        touch_every_days=30,
        survey_rate=0.1,
    ),
)

# country, region, currency, weight, tax on invoices in basis points
COUNTRIES = (
    ("US", "North America", "USD", 0.50, 0),
    ("CA", "North America", "CAD", 0.06, 500),
    ("GB", "Europe", "GBP", 0.10, 2000),
    ("DE", "Europe", "EUR", 0.08, 1900),
    ("FR", "Europe", "EUR", 0.06, 2000),
    ("NL", "Europe", "EUR", 0.03, 2100),
    ("SE", "Europe", "SEK", 0.03, 2500),
    ("JP", "Asia Pacific", "JPY", 0.05, 1000),
    ("AU", "Asia Pacific", "USD", 0.04, 1000),
    ("KW", "Middle East", "KWD", 0.02, 0),
    ("BR", "Latin America", "USD", 0.03, 0),
)
# currency: (US dollars a unit at the start, monthly volatility, decimals)
CURRENCIES = {
    "CAD": (0.74, 0.012, 2),
    "EUR": (1.09, 0.015, 2),
    "GBP": (1.26, 0.016, 2),
    "JPY": (0.0072, 0.020, 0),
    "KWD": (3.25, 0.003, 3),
    "SEK": (0.096, 0.020, 2),
}
DECIMALS = {REPORTING_CURRENCY: 2} | {
    currency: decimals for currency, (_, _, decimals) in CURRENCIES.items()
}
INDUSTRIES = (
    "Software",
    "Manufacturing",
    "Retail",
    "Finance",
    "Health",
    "Education",
    "Logistics",
    "Media",
)
