"""What the company sells, who sells it well, and the places its customers are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Product(NamedTuple):
    """A line of the price list."""

    product_id: str
    name: str
    family: str
    tier_rank: int
    unit: str
    is_self_service: bool


PRODUCTS = [
    Product("ENGAGE", "Engage", "engage", 1, "seat", False),
    Product("ENGAGE-PRO", "Engage Professional", "engage", 2, "seat", False),
    Product("ABM", "Account-Based Module", "engage_modules", 1, "flat", False),
    Product("DATA-LITE", "Data Hub Lite", "data_hub", 1, "seat", False),
    Product("DATA", "Data Hub", "data_hub", 2, "seat", False),
    Product("DATA-PRO", "Data Hub Professional", "data_hub", 3, "seat", False),
    Product("IDENTITY", "Identity Resolution", "data_modules", 1, "flat", False),
    Product("API", "API calls", "data_modules", 1, "usage", False),
    Product("SUPPORT", "Premium Support", "services", 1, "flat", False),
    Product("SETUP", "Onboarding Package", "services", 1, "flat", False),
    Product("TEAM", "Projects Team", "projects", 1, "seat", True),
    Product("PREMIUM", "Projects Premium", "projects", 2, "seat", True),
    Product("BUSINESS", "Projects Business", "projects", 3, "seat", True),
    Product("SCALE", "Projects Scale", "projects", 4, "seat", True),
]

SEAT_PRODUCTS = {p.product_id for p in PRODUCTS if p.unit == "seat"}
FAMILY = {p.product_id: p.family for p in PRODUCTS}

SEAT_PRICE = {
    "ENGAGE": Decimal(1000),
    "ENGAGE-PRO": Decimal(1250),
    "DATA-LITE": Decimal(240),
    "DATA": Decimal(600),
    "DATA-PRO": Decimal(1200),
    "TEAM": Decimal(96),
    "PREMIUM": Decimal(150),
    "BUSINESS": Decimal(240),
    "SCALE": Decimal(340),
}
"""Per seat and year."""

FEATURES = {
    "engage": [
        "campaigns",
        "email_builder",
        "journeys",
        "segments",
        "lead_scoring",
        "forms",
        "landing_pages",
        "reports",
        "api",
        "a_b_tests",
        "social",
        "attribution",
    ],
    "data_hub": [
        "sources",
        "profiles",
        "audiences",
        "destinations",
        "sql_workspace",
        "data_quality",
        "dashboards",
        "alerts",
        "consent",
        "reverse_sync",
    ],
    "projects": [
        "boards",
        "tasks",
        "calendar",
        "files",
        "timelines",
        "automations",
        "reports",
        "guests",
    ],
}
"""The features that the product reports use of, most used first."""


class Csm(NamedTuple):
    """A customer success manager."""

    csm_id: str
    name: str
    team: str
    touch_model: str
    weekly_hours: int
    started_on: date
    ended_on: date | None


CSMS = [
    Csm("CSM-01", "Oriel Vantongue", "Enterprise", "high", 40, date(2021, 3, 1), None),
    Csm("CSM-02", "Maren Quillby", "Mid-Market", "mid", 50, date(2022, 2, 1), None),
    Csm("CSM-03", "Tobin Ashwhistle", "Tech-Touch", "tech", 40, date(2022, 5, 1), None),
    Csm("CSM-04", "Ilse Farrowmint", "Tech-Touch", "tech", 40, date(2022, 5, 1), None),
    Csm("CSM-05", "Dario Pennyloft", "Tech-Touch", "tech", 40, date(2022, 6, 1), None),
    Csm("CSM-06", "Wren Oxbottle", "Tech-Touch", "tech", 40, date(2022, 6, 1), None),
    Csm("CSM-07", "Pia Lanternby", "Low-Touch", "low", 30, date(2023, 1, 9), None),
    Csm(
        "CSM-08",
        "Hollis Thimblecombe",
        "Low-Touch",
        "low",
        40,
        date(2022, 9, 1),
        date(2025, 6, 30),
    ),
]

CSM_STARTED_ON = {csm.csm_id: csm.started_on for csm in CSMS}

INDUSTRIES = [
    "retail",
    "manufacturing",
    "healthcare",
    "logistics",
    "education",
    "media",
    "finance",
    "energy",
]

PLACES = [
    ("amer", "US"),
    ("emea", "DE"),
    ("amer", "CA"),
    ("apac", "AU"),
    ("amer", "US"),
    ("emea", "GB"),
    ("emea", "FR"),
    ("apac", "JP"),
    ("amer", "US"),
    ("emea", "NL"),
]
"""(region, country), in the proportion in which customers come."""
