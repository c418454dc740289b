"""The whole company, block by block, and the few tables that it shares."""

from __future__ import annotations

import json
from collections.abc import Callable

from bowtie.simulator import (
    catalogue,
    churning,
    companies,
    engagement,
    invoicing,
    pipeline,
    planting,
    support,
    truth,
    usage,
)
from bowtie.simulator.billing import write_billing
from bowtie.simulator.blocks import Block
from bowtie.simulator.calendar import to_date
from bowtie.simulator.exchange import month_end_rates, reference_rates
from bowtie.simulator.ownership import Ownership
from bowtie.simulator.schemas import RATE
from bowtie.simulator.settings import BLOCK, GRACE_DAYS, Settings
from bowtie.simulator.writing import (
    ParquetFolder,
    days,
    decimals,
)


def write_company(
    folder: ParquetFolder, settings: Settings, progress: Callable[[str], None]
) -> None:
    """Write every table of the raw contract and the truth."""
    rates = month_end_rates(settings)
    references = reference_rates(settings, rates)
    blocks = -(-settings.accounts // BLOCK)
    csms: set[str] = set()
    for number in range(blocks):
        write_block(folder, Block(settings, number, references), csms)
        done = min((number + 1) * BLOCK, settings.accounts)
        progress(f"{done:,} of {settings.accounts:,} accounts")
    write_products(folder)
    write_rates(folder, rates)
    write_parameters(folder, settings, references)


def write_block(folder: ParquetFolder, block: Block, csms: set[str]) -> None:
    """Write all rows of one block of accounts; `csms` are those written so far."""
    people = companies.People(block)
    owners = Ownership(block)
    companies.write_accounts(folder, block)
    people.write(folder)
    owners.write(folder, csms)
    write_billing(folder, block.settings, block.lives[: block.kept])
    invoicing.write_invoices(folder, block)
    engagement.write_activities(folder, block, owners, people)
    engagement.write_sentiment(folder, block, owners)
    engagement.write_success_plans(folder, block)
    engagement.write_advocacy(folder, block)
    pipeline.write_opportunities(folder, block)
    support.write_tickets(folder, block)
    support.write_surveys(folder, block, people)
    usage.write_usage(folder, block)
    truth.write_truth(folder, block)


def write_products(folder: ParquetFolder) -> None:
    """Write billing_products."""
    products = list(catalogue.PRODUCTS.values())
    folder.add(
        "billing_products",
        {
            "product_id": [p.product_id for p in products],
            "product_name": [p.name for p in products],
            "product_family": [p.family for p in products],
            "tier_rank": [p.tier_rank for p in products],
            "unit": [p.unit for p in products],
            "is_self_service": [p.is_self_service for p in products],
        },
    )


def write_rates(folder: ParquetFolder, rates: dict[str, list[tuple[int, int]]]) -> None:
    """Write billing_exchange_rates; the reporting currency itself has no row."""
    rows = [(c, day, rate) for c, series in rates.items() for day, rate in series]
    currency, day, rate = zip(*rows, strict=True)
    folder.add(
        "billing_exchange_rates",
        {"currency": currency, "rate_date": days(day), "rate": decimals(rate, RATE)},
    )


def write_parameters(
    folder: ParquetFolder, settings: Settings, references: dict[str, int]
) -> None:
    """Write truth/parameters.json: what was asked for, and with what figures."""
    parameters = {
        "accounts": settings.accounts,
        "months": settings.months,
        "seed": settings.seed,
        "as_of": to_date(settings.as_of).isoformat(),
        "window_start": to_date(settings.window_start).isoformat(),
        "usage_grain": settings.usage_grain,
        "reporting_currency": catalogue.REPORTING_CURRENCY,
        "fx_reference_date": to_date(settings.fx_reference).isoformat(),
        "fx_reference_rates": {
            currency: f"{rate / 10**8:.8f}" for currency, rate in references.items()
        },
        "renewal_grace_days": GRACE_DAYS,
        "lead_days": list(planting.LEAD_DAYS),
        "churn_causes": [
            {"cause": cause, "weight": weight, "is_warned": warned}
            for cause, weight, warned in churning.CHURN_CAUSES
        ],
        "failed_rescue_share": churning.FAILED_RESCUE,
        "segments": {
            segment.name: {
                "touch": segment.touch,
                "share": segment.share,
                "chapters_a_year": segment.yearly_rates,
            }
            for segment in catalogue.SEGMENTS
        },
        "rows": dict(sorted(folder.rows_written.items())),
    }
    path = folder.out / "truth" / "parameters.json"
    path.write_text(json.dumps(parameters, indent=2) + "\n", encoding="utf-8")
