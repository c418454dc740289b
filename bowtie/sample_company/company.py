"""The whole company: its books, and what each system writes about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bowtie.sample_company.books.enterprise import enterprise_accounts
from bowtie.sample_company.books.low_touch import (
    billing_customers,
    low_touch_accounts,
    stray_customers,
)
from bowtie.sample_company.books.mid_market import mid_market_accounts
from bowtie.sample_company.books.tech_touch import tech_touch_accounts
from bowtie.sample_company.systems.activities import write_activities
from bowtie.sample_company.systems.billing import write_billing
from bowtie.sample_company.systems.crm import write_crm
from bowtie.sample_company.systems.support import write_support
from bowtie.sample_company.systems.survey import write_survey
from bowtie.sample_company.systems.usage import write_usage
from bowtie.sample_company.writer import RawRows


def write_sample(out: Path, progress: Callable[[str], None] | None = None) -> None:
    """Write the sample company's raw rows, the same bytes each time.

    Args:
        out: the folder that gets `<system>/<table>.csv` for all tables of the contract;
            files of these names are replaced.
        progress: told what is being done, in words.

    """

    def tell(what: str) -> None:
        if progress is not None:
            progress(what)

    tell("planning the accounts")
    low_touch = low_touch_accounts()
    accounts = [
        *enterprise_accounts(),
        *mid_market_accounts(),
        *low_touch,
        *tech_touch_accounts(),
    ]
    rows = RawRows()
    tell("crm")
    contacts = write_crm(rows, accounts)
    write_activities(rows, accounts, contacts)
    tell("billing")
    write_billing(rows, accounts, billing_customers(low_touch), stray_customers())
    tell("support and survey")
    write_support(rows, accounts)
    write_survey(rows, accounts)
    tell("usage")
    write_usage(rows, accounts)
    tell("writing files")
    rows.write(out)
