"""Contracts against invoices, and the books of CSMs, in the sample: every cell.

Random companies are in `test_ledger_against_oracle.py`, with the other marts. Of the
tech book, whose accounts are all alike, one in sixty is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from oracle import Policies, compare, from_mart
from oracle.books import csm_retention_rows
from oracle.ledger import KEYS
from oracle.raw import KEYS as RAW_KEYS
from oracle.raw import Known
from oracle.reconciliation import arr_reconciliation_rows
from rows import rows_of, text_rows_of

AS_OF = date(2025, 12, 31)
ACCOUNTS = """
    create temp table chosen as
    select distinct account_id
    from revenue.arr_lines
    where
        hash(account_id) % 60 = 0
        or not is_self_service
        or account_id in (
            select account_id
            from staging.stg_billing__invoice_lines
            inner join staging.stg_billing__invoices using (invoice_id, account_id)
            where line_type <> 'recurring' or currency is not null or status = 'void'
        )
        or subscription_id in (
            select subscription_id
            from staging.stg_billing__subscriptions
            where cancel_requested_on is not null and hash(subscription_id) % 9 = 0
        )
        or account_id in (
            select account_id from revenue.csm_retention
            where excluded_because is not null
        )
"""


@pytest.fixture(scope="module")
def warehouse(sample_warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        connection.execute(ACCOUNTS)
        yield connection


@pytest.fixture(scope="module")
def known(warehouse) -> Known:
    tables = {table: text_rows_of(warehouse, f"raw.{table}") for table in RAW_KEYS}
    tables["billing_invoice_lines"] = text_rows_of(
        warehouse,
        "raw.billing_invoice_lines where invoice_id in (select invoice_id "
        "from staging.stg_billing__invoices where account_id in (from chosen))",
    )
    return Known(tables, AS_OF, Policies())


def chosen(connection: duckdb.DuckDBPyConnection, mart: str) -> list[dict[str, object]]:
    return from_mart(
        rows_of(connection, f"from revenue.{mart} where account_id in (from chosen)")
    )


def test_every_cell_of_arr_reconciliation_equals_the_oracle(warehouse, known):
    found = chosen(warehouse, "arr_reconciliation")
    accounts = {row["account_id"] for row in found}
    expected = arr_reconciliation_rows(known, chosen(warehouse, "arr_lines"))
    assert compare(expected, found, KEYS["arr_reconciliation"]) == []
    assert len(accounts) > 600
    amounts = found[0].keys() - {"account_id", "month"}
    assert {name for name in amounts if any(row[name] for row in found)} == amounts


def test_every_cell_of_csm_retention_equals_the_oracle(warehouse, known):
    found = chosen(warehouse, "csm_retention")
    expected = csm_retention_rows(
        known, chosen(warehouse, "arr_monthly"), chosen(warehouse, "arr_lines")
    )
    assert compare(expected, found, KEYS["csm_retention"]) == []
    assert len(found) > 3_500
    assert sum(row["notice_arr"] > 0 for row in found) > 10
    assert any(row["excluded_because"] for row in found)
