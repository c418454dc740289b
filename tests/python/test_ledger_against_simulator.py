"""The SQL ledger against the simulator's truth, which is worked out without it."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.compiled_models import compile_models
from bowtie.simulator import simulate

AS_OF = date(2025, 12, 31)
ACCOUNTS = 4_000
MONTHS = 24

# Both sides of each month's close: a month missing on one side is a difference too.
DIFFERENCES = """
    with month_ends as (
        select month, closes_on from intermediate.int_months
    ),

    truth as (
        select
            account_arr.account_id,
            month_ends.month,
            account_arr.arr
        from read_parquet('{truth}') as account_arr
        inner join month_ends
            on
                month_ends.closes_on >= account_arr.valid_from
                and month_ends.closes_on
                < coalesce(account_arr.valid_to, date '9999-12-31')
    )

    select
        count(*) as cells,
        sum(
            case
                when coalesce(truth.arr, 0) = coalesce(arr_monthly.closing_arr, 0)
                    then 0
                else 1
            end
        ) as differences
    from truth
    full join revenue.arr_monthly
        on
            truth.account_id = arr_monthly.account_id
            and truth.month = arr_monthly.month
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    simulate(ACCOUNTS, MONTHS, 20251231, folder / "raw", usage_grain="weekly")
    models = compile_models(folder / "raw", AS_OF, folder / "dbt", ("arr_monthly",))
    with models.run() as connection:
        yield connection, folder / "raw" / "truth" / "account_arr.parquet"


def test_arr_of_every_account_and_month_end_is_the_simulators(simulated):
    connection, truth = simulated
    cells, differences = connection.execute(DIFFERENCES.format(truth=truth)).fetchone()
    assert cells > ACCOUNTS * MONTHS / 2, "too few cells to prove anything"
    assert differences == 0


def test_no_simulated_row_is_refused_but_those_of_test_accounts(simulated):
    connection, _ = simulated
    for base in (
        "base_crm__accounts",
        "base_billing__subscriptions",
        "base_billing__subscription_items",
        "base_billing__pauses",
    ):
        assert connection.execute(
            f"select distinct refused_for from staging.{base} where verdict <> 'staged'"
        ).fetchall() in ([], [("test_account",)]), base
