"""What each check sees, and what becomes of a check that cannot see.

Evidence is damaged in a copy of the sample's database, inside a transaction that is
rolled back; the sample itself is the generation before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import take, write_company

from benchmarks.faults.bench import Bench
from bowtie.build import BuildResult
from bowtie.checks import (
    Check,
    CheckResult,
    record_results,
    run_checks,
    stopping_lines,
)
from bowtie.checks.bounds import read_policy
from bowtie.checks.command import check_file, described
from bowtie.checks.evidence import prepare
from bowtie.checks.run import run_suite
from bowtie.checks.volumes import remember_volumes
from bowtie.errors import BowtieError
from bowtie.paths import Home, Workplace
from bowtie.run import Candidate, Request, check_candidate
from expectations import every_check

CHECKS = {check.name: check for check in every_check()}

THREE_INVOICES = (
    "delete from staging.base_billing__invoices where invoice_id not in (select "
    "invoice_id from staging.stg_billing__invoices order by invoice_id limit 3); "
    "update staging.base_billing__invoices as invoices set issued_on = as_of() "
    "- ([0, 33, 47])[numbered.number] - silence from (select invoice_id, "
    "cast(row_number() over (order by invoice_id) as integer) as number from "
    "staging.base_billing__invoices) as numbered, (select {} as silence) as silences "
    "where invoices.invoice_id = numbered.invoice_id"
)

# The check that must see it, what was done to the candidate, and how that ends.
FAULTS = [
    ("source_is_there", "update quality.raw_row_counts set staged = 0 "
     "where table_name like 'survey%'", "warned"),
    ("source_is_there", "update quality.raw_row_counts set staged = 0 "
     "where table_name like 'billing%'", "blocked"),
    ("table_is_still_there", "update quality.raw_row_counts set staged = 0 "
     "where table_name = 'support_tickets'", "blocked"),
    ("columns_are_still_there", "delete from quality.raw_columns where table_name = "
     "'billing_subscription_items' and column_name = 'discount_percent'", "blocked"),
    ("rows_lost_since_the_last_run", "update quality.raw_volumes "
     "set row_count = row_count * 0.9 where table_name = 'usage_daily'", "warned"),
    ("rows_lost_since_the_last_run", "update quality.raw_volumes "
     "set row_count = row_count * 0.5 where table_name = 'support_tickets'", "blocked"),
    ("rows_lost_over_time", "update quality.raw_volumes "
     "set row_count = row_count * 0.9 where table_name = 'usage_daily'", "warned"),
    ("rows_gained_in_closed_months", "update quality.raw_volumes "
     "set row_count = row_count * 4 where table_name = 'billing_invoices'", "blocked"),
    ("rows_of_the_last_week", "delete from staging.base_usage__daily "
     "where usage_date > as_of() - 7 and hash(account_id) % 2 = 0", "blocked"),
    # Features are counted every other Wednesday: a week without one is as usual.
    ("rows_of_the_last_week", "create or replace temp macro as_of() as "
     "date '2025-12-01'; delete from staging.base_usage__features_daily "
     "where usage_date > as_of(); delete from staging.base_usage__daily "
     "where usage_date > as_of()", "passed"),
    # A Wednesday, on which the sample's weekly accounts report.
    ("rows_of_the_last_day", "create or replace temp macro as_of() as "
     "date '2025-12-17'; delete from staging.base_usage__daily "
     "where usage_date > as_of() "
     "or usage_date = as_of() and hash(account_id) % 2 = 0", "blocked"),
    ("source_is_up_to_date", "delete from staging.base_usage__daily "
     "where usage_date > as_of() - 10", "blocked"),
    ("source_is_up_to_date", "delete from staging.base_billing__exchange_rates "
     "where rate_date > as_of() - 10", "warned"),
    # Three invoices, silent for up to 33 days: after 87 more nobody can say.
    ("source_is_up_to_date", THREE_INVOICES.format(87), "passed"),
    ("source_is_up_to_date", THREE_INVOICES.format(160), "blocked"),
    ("exchange_rates_have_no_gap", "delete from staging.base_billing__exchange_rates "
     "where rate_date = as_of() - 5", "warned"),
    ("exchange_rates_move_slowly", "update staging.base_billing__exchange_rates "
     "set rate = rate * 100 where rate_date = as_of() - 5", "blocked"),
    ("exchange_rates_are_those_of_the_last_run", "update revenue.arr_lines "
     "set rate = 1 / rate where rate <> 1; insert into revenue.arr_lines select * "
     "replace (rate * 2 as rate) from revenue.arr_lines", "blocked"),
    ("rows_are_dated_in_the_past", "update staging.base_support__tickets set "
     "verdict = 'not_yet' where ticket_id = "
     "(select min(ticket_id) from staging.base_support__tickets)", "warned"),
    ("refused_rows", "insert into quality.quarantined_rows "
     "values ('crm_contacts', 'C1', 'missing', 'contact_id', 1)", "warned"),
    ("refused_rows", "insert into quality.quarantined_rows select 'crm_contacts', "
     "'C' || n, 'missing', 'contact_id', 1 from range(9) as rows(n)", "blocked"),
    ("refused_rows", "insert into quality.quarantined_rows select 'crm_contacts', "
     "'C' || n, 'test_account', null, 1 from range(9) as rows(n)", "passed"),
    ("day_and_month_are_not_swapped", "update staging.base_usage__daily set "
     "usage_date = make_date(year(usage_date), day(usage_date), month(usage_date)) "
     "where day(usage_date) <= 12", "blocked"),
    # A weekly source of a year, all on Mondays.
    ("weekdays_are_alike_through_the_month", "update staging.base_usage__daily "
     "set usage_date = usage_date - cast(isodow(usage_date) - 1 as integer)", "passed"),
    ("weekdays_are_alike_through_the_month", "update staging.base_usage__daily "
     "set usage_date = usage_date - cast(isodow(usage_date) - 1 as integer); "
     "update staging.base_usage__daily set "
     "usage_date = make_date(year(usage_date), day(usage_date), month(usage_date)) "
     "where day(usage_date) <= 12", "blocked"),
    ("usual_hour_is_that_of_the_last_run", "update staging.base_support__tickets "
     "set created_at = created_at + interval 1 hour", "blocked"),
    ("usual_hour_of_late_is_that_of_before", "update staging.base_support__tickets "
     "set created_at = created_at + interval 5 hour where created_on > as_of() - 7",
     "blocked"),
    ("column_is_not_constant", "update health.health_scores set score = 80", "blocked"),
    ("accounts_of_the_last_run_are_there", "update core.accounts "
     "set account_id = 'x' || account_id where hash(account_id) % 8 = 0", "blocked"),
    ("account_id_names_the_same_company", "update core.accounts set "
     "account_name = 'Other', industry = 'Mining', region = 'Moon' "
     "where account_id = (select min(account_id) from core.accounts)", "blocked"),
    ("segment_labels_are_those_of_the_last_run", "update core.accounts "
     "set region = 'Elsewhere' where region = (select max(region) from core.accounts)",
     "blocked"),
    ("known_values_are_still_known", "update core.accounts set industry = null "
     "where hash(account_id) % 3 = 0", "blocked"),
    ("touch_tiers_are_those_of_the_last_run", "update core.accounts "
     "set touch_tier = 'high' where hash(account_id) % 3 = 0", "blocked"),
    ("past_arr_is_as_it_was_told", "update revenue.arr_lines "
     "set arr = arr * 100, arr_local = arr_local * 100", "blocked"),
    ("arr_of_an_account_does_not_jump", "update core.accounts set arr = arr * 100 "
     "where account_id = (select max_by(account_id, arr) from core.accounts)",
     "blocked"),
    ("past_arr_of_an_account_does_not_jump", "update revenue.arr_monthly "
     "set closing_arr = closing_arr * 100 where month = date '2025-03-01' and "
     "account_id = (select max_by(account_id, arr) from core.accounts)", "blocked"),
    ("id_is_given_once", "update staging.base_crm__contacts set row_key = "
     "(select min(row_key) from staging.base_crm__contacts)", "blocked"),
    ("paid_products_have_a_price", "update staging.base_billing__subscription_items "
     "set unit_price = 0 where subscription_item_id = (select "
     "min(subscription_item_id) from staging.base_billing__subscription_items "
     "where product_id = 'DATA')",
     "warned"),
    ("unit_prices_of_a_product_are_alike", "update revenue.arr_lines "
     "set unit_arr = unit_arr * 100, arr = arr * 100 where arr_line_id = "
     "(select max_by(arr_line_id, arr) from revenue.arr_lines "
     "where product_id = 'DATA' and valid_to is null)", "blocked"),
    ("products_are_still_sold", "delete from revenue.arr_lines "
     "where product_id = 'DATA' and hash(arr_line_id) % 3 > 0", "blocked"),
    ("products_sold_are_in_the_catalogue", "delete from staging.base_billing__products "
     "where product_id = 'TEAM'", "blocked"),
    ("contracts_are_not_there_twice", "insert into revenue.arr_lines select * replace "
     "('X' || subscription_id as subscription_id, arr_line_id || 'X' as arr_line_id) "
     "from revenue.arr_lines where valid_from > as_of() - 90", "blocked"),
    ("running_contracts_did_not_come_again", "insert into revenue.arr_lines select "
     "* replace ('X' || subscription_id as subscription_id, arr_line_id || 'X' as "
     "arr_line_id, as_of() as valid_from) from revenue.arr_lines "
     "where valid_to is null and hash(arr_line_id) % 10 = 0", "blocked"),
    ("new_arr_is_of_the_usual_size", "update revenue.arr_events "
     "set delta_arr = delta_arr * 100 where event_on > as_of() - 30", "blocked"),
    ("no_trial_has_arr", "update staging.base_billing__subscriptions set "
     "status = 'trialing' where status = 'active'", "blocked"),
    ("prices_are_in_the_currency_of_their_customer", "update "
     "staging.base_billing__customers set currency = 'EUR'", "warned"),
    ("no_paused_subscription_has_arr", "update staging.base_billing__subscriptions set "
     "status = 'paused' where status = 'active'", "warned"),
    ("refused_arr", "update staging.base_billing__subscription_items set "
     "verdict = 'quarantined', refused_for = 'not_a_price:unit_price' "
     "where valid_to is null and hash(subscription_item_id) % 200 = 0", "blocked"),
    ("unmatched_arr", "update quality.unmatched_billing set arr = arr * 100",
     "blocked"),
    ("ledger_is_the_sum_of_the_contracts", "update revenue.arr_lines set "
     "arr_local = arr_local + 0.01 where arr_line_id = "
     "(select min(arr_line_id) from revenue.arr_lines where valid_to is null)",
     "blocked"),
    # In yen, a price has seven digits.
    ("ledger_is_the_sum_of_the_contracts",
     "update staging.base_billing__subscription_items set unit_price = 4900000, "
     "quantity = 3, discount_percent = 0, interval_count = 1, "
     "billing_interval = 'year'; "
     "update revenue.arr_lines set arr_local = 14700000", "passed"),
    ("active_contracts_are_in_the_ledger", "delete from revenue.arr_lines "
     "where product_id = 'DATA'", "blocked"),
    ("invoices_are_all_reconciled", "update staging.base_billing__invoice_lines set "
     "amount = amount + 0.01 where invoice_line_id = "
     "(select min(invoice_line_id) from staging.base_billing__invoice_lines)",
     "blocked"),
    ("invoice_is_the_sum_of_its_lines", "update staging.base_billing__invoices "
     "set total_amount = total_amount * 100", "blocked"),
    ("company_is_billed_what_it_contracted", "update revenue.arr_lines "
     "set arr = arr * 100, arr_local = arr_local * 100", "blocked"),
    ("company_is_billed_what_it_contracted", "update revenue.arr_lines "
     "set arr = arr * 1.3, arr_local = arr_local * 1.3", "warned"),
    ("subscription_is_billed_what_it_contracted", "update revenue.arr_lines "
     "set arr = arr * 100, arr_local = arr_local * 100 where arr_line_id = "
     "(select max_by(arr_line_id, arr) from revenue.arr_lines "
     "where valid_to is null)", "blocked"),
    ("newly_unmatched_subscriptions", "insert into quality.unmatched_billing "
     "select * replace ('S' as subscription_id) from quality.unmatched_billing",
     "warned"),
    ("items_begin_with_their_subscription",
     "update staging.base_billing__subscription_items "
     "set valid_from = valid_from - 2000", "blocked"),
    ("ends_are_the_day_after_the_last",
     "update staging.base_billing__subscription_items "
     "set valid_to = valid_to - 1", "blocked"),
    ("ends_are_the_day_after_the_last",
     "insert into staging.base_billing__subscriptions "
     "select * replace ('X' || subscription_id as subscription_id, ended_on + 1 as "
     "started_on) from staging.base_billing__subscriptions where ended_on is not null",
     "blocked"),
    ("ends_are_the_day_after_the_last",
     "insert into staging.base_billing__subscriptions "
     "select * replace ('X' || subscription_id as subscription_id, ended_on + 1 as "
     "started_on, subscription_id as renewed_from_subscription_id) "
     "from staging.base_billing__subscriptions where ended_on is not null", "passed"),
    ("invoices_are_issued_near_their_period", "update staging.base_billing__invoices "
     "set issued_on = issued_on + 90", "blocked"),
    ("opportunities_are_of_the_size_of_contracts",
     "update staging.base_crm__opportunities set amount = amount * 100", "blocked"),
    ("largest_amount_is_not_alone", "update staging.base_billing__invoice_lines set "
     "amount = amount * 100 where invoice_line_id = (select "
     "max_by(invoice_line_id, amount) from staging.base_billing__invoice_lines)",
     "blocked"),
    ("health_inputs_are_known", "update health.health_driver_scores set "
     "status = 'missing' where driver = 'usage_frequency' "
     "and week > as_of() - 13 "
     "and hash(account_id) % 3 = 0", "blocked"),
    ("health_inputs_are_those_of_the_last_run", "update health.health_driver_scores "
     "set status = 'missing' where driver = 'usage_frequency' "
     "and hash(account_id) % 3 = 0", "blocked"),
    ("bands_are_spread_as_in_the_last_run", "update health.account_health "
     "set band = 'red' where hash(account_id) % 2 = 0", "blocked"),
    ("bands_are_more_than_one", "update health.account_health set band = 'green'",
     "blocked"),
    # All of a few accounts may be green, and of an unscored one nothing is known.
    ("bands_are_more_than_one", "delete from health.account_health where account_id "
     "not in (select account_id from health.account_health order by account_id "
     "limit 40); update health.account_health set band = 'green'", "warned"),
    ("bands_are_more_than_one", "update health.account_health set band = 'unscored'",
     "not_applicable"),
    ("past_usage_is_as_it_was_told", "update health.usage_weekly "
     "set active_user_days = active_user_days * 2", "blocked"),
    ("usage_of_all_accounts_is_steady", "update staging.base_usage__daily "
     "set events = events * 1.8 where usage_date > as_of() - 7", "warned"),
    ("account_has_one_csm", "insert into core.account_owners select * replace "
     "('CSM-02' as csm_id) from core.account_owners "
     "where is_current and csm_id = 'CSM-01'", "blocked"),
    ("books_add_up_to_the_customers", "update capacity.csm_capacity "
     "set accounts = accounts + 1 where csm_id = 'CSM-01'", "blocked"),
    ("books_add_up_to_the_arr", "update capacity.csm_capacity "
     "set arr = arr + 0.01 where csm_id = 'CSM-01'", "blocked"),
    ("arr_without_a_csm", "update core.accounts set csm_id = null "
     "where hash(account_id) % 2 = 0", "blocked"),
    ("customers_are_handed_on_when_their_csm_leaves", "update core.csms "
     "set ended_on = as_of() - 1 where csm_id = 'CSM-01'; update core.accounts "
     "set csm_id = null where csm_id = 'CSM-01'", "warned"),
    ("hours_of_a_csm_are_possible", "update capacity.csm_capacity "
     "set actual_hours = actual_hours * 60", "blocked"),
    ("arr_that_was_touched", "update health.touchpoints set last_touch_on = null",
     "warned"),
    ("opportunities_are_of_a_plausible_size",
     "update expansion_renewals.expansion_opportunities set amount = amount * 1000 "
     "where opportunity_id = (select min(opportunity_id) "
     "from expansion_renewals.expansion_opportunities "
     "where is_open and account_arr > 0)", "warned"),
    ("opportunities_are_of_a_plausible_size",
     "update staging.base_crm__opportunities set amount = 1e8, closed_on = null "
     "where opportunity_id = (select min(opportunity_id) "
     "from staging.base_crm__opportunities inner join core.accounts using (account_id) "
     "where opportunity_type = 'expansion' and arr > 0)", "warned"),
    ("lost_renewals_are_no_longer_in_force", "update staging.base_crm__opportunities "
     "set is_won = false, closed_on = date '2024-12-01', subscription_id = ("
     "select max(subscription_id) from staging.stg_billing__subscriptions "
     "where status = 'active' and auto_renews) "
     "where opportunity_type = 'renewal'", "warned"),
    ("new_business_is_sold_to_new_customers", "update staging.base_crm__opportunities "
     "set opportunity_type = 'new_business' where opportunity_type = 'expansion'",
     "warned"),
    ("new_arr_is_of_new_customers", "insert into revenue.arr_events select * replace "
     "('new' as movement_type, as_of() + 1 as event_on) from revenue.arr_events "
     "where event_on = (select max(event_on) from revenue.arr_events)", "blocked"),
    ("renewal_rates_are_possible", "update expansion_renewals.renewal_forecast "
     "set gross_rate = 1.5", "blocked"),
    ("renewals_are_those_of_the_last_run", "delete from expansion_renewals.renewals "
     "where hash(renewal_id) % 2 = 0", "blocked"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sample_results(sample_warehouse: Path) -> list[CheckResult]:
    """Return the checks of the sample, with itself as the generation before."""
    return run_checks(sample_warehouse, sample_warehouse, {})


@pytest.fixture(scope="module")
def before(
    sample_warehouse: Path,
    sample_results: list[CheckResult],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the sample as it was published, its results in it."""
    folder = tmp_path_factory.mktemp("before")
    shutil.copy(sample_warehouse, folder / "before.duckdb")
    record_results(folder / "before.duckdb", sample_results)
    return folder / "before.duckdb"


@pytest.fixture(scope="module")
def candidate(
    sample_warehouse: Path, before: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a copy of the sample that may be changed, ready for evidence."""
    copy = before.with_name(sample_warehouse.name)
    shutil.copy(sample_warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        prepare(connection, before)
        yield connection


def outcome_of(connection: duckdb.DuckDBPyConnection, check: Check) -> set[str]:
    """Return how a check ends, for all its subjects."""
    results = run_suite(connection, "tried", [check], read_policy(connection))
    return {result.outcome for result in results}


def worst_after(
    connection: duckdb.DuckDBPyConnection, check: Check, damage: str
) -> str:
    """Return the worst outcome of a check after a change that is then undone."""
    connection.execute("begin")
    try:
        connection.execute(damage)
        outcomes = outcome_of(connection, check)
    finally:
        connection.execute("rollback")
    order = ("could_not_run", "blocked", "warned", "not_applicable", "passed")
    return next(outcome for outcome in order if outcome in outcomes)


@pytest.mark.parametrize(("name", "damage", "outcome"), FAULTS)
def test_check_sees_what_it_is_there_for(
    candidate: duckdb.DuckDBPyConnection, name: str, damage: str, outcome: str
) -> None:
    assert worst_after(candidate, CHECKS[name], damage) == outcome


def test_a_reader_is_told_the_share_itself_where_few_rows_are_judged_mildly(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    evidence = "select 'tried' as subject, {} / 100 as measured, {} / 40 as told"
    for rows, outcome in ((1, "warned"), (40, "blocked")):
        probe = Check(
            "refused_rows", evidence.format(rows, rows), "had {measured} refused", ""
        )
        (result,) = run_suite(candidate, "tried", [probe], read_policy(candidate))
        assert (result.outcome, result.measured_value) == (outcome, rows / 40)
        assert f"had {rows / 40:.2%}".replace("%", " % refused, at most") in (
            result.message
        )


def test_every_check_is_seen_to_fail() -> None:
    only_recorded = {"usual_hour"}
    assert {name for name, *_ in FAULTS} | only_recorded == set(CHECKS)


def test_sample_raises_no_alarm(sample_results: list[CheckResult]) -> None:
    alarms = [r.message for r in sample_results if r.outcome in ("warned", "blocked")]
    assert not alarms
    assert not [r.message for r in sample_results if r.outcome == "could_not_run"]
    assert len({r.check_name for r in sample_results}) == len(CHECKS)


def test_every_bound_is_of_a_check(candidate: duckdb.DuckDBPyConnection) -> None:
    bounds = read_policy(candidate).bounds
    assert {name for name, scope in bounds if scope == "*"} == set(CHECKS)


# --- A check that cannot look is no check --------------------------------------------

_PROBE = CHECKS["no_trial_has_arr"]


@pytest.mark.parametrize(
    "evidence",
    [
        "select 'all' as subject, 0 as measured where false",
        "select 'all' as subject, null as measured",
        "select 'all' as subject, cast('inf' as double) as measured",
        "select 'all' as subject, cast('nan' as double) as measured",
        "select 'all' as subject, 0 as measured from missing_table",
    ],
    ids=["no row", "null", "infinite", "not a number", "no table"],
)
def test_check_without_a_figure_could_not_run(
    candidate: duckdb.DuckDBPyConnection, evidence: str
) -> None:
    probe = Check(_PROBE.name, evidence, says="", remedy="")
    assert outcome_of(candidate, probe) == {"could_not_run"}


def test_check_without_bounds_could_not_run(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    probe = Check("unheard_of", _PROBE.evidence, says="", remedy="")
    assert outcome_of(candidate, probe) == {"could_not_run"}


def test_waiver_lets_a_block_pass_as_a_warning_until_it_expires(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    damage = next(damage for name, damage, _ in FAULTS if name == _PROBE.name)
    for expires, outcome in (("as_of() + 1", "warned"), ("as_of()", "blocked")):
        waiver = (
            f"{damage}; insert into policy.check_waivers "
            f"values ('{_PROBE.name}', '*', {expires}, 'meant', 'data owner')"
        )
        assert worst_after(candidate, _PROBE, waiver) == outcome


@pytest.mark.parametrize(
    "row",
    [
        "insert into policy.check_thresholds values "
        "('no_trial_has_arr', 'billng', 'warn', null, 1, 'cents', 'meant')",
        "insert into policy.check_waivers values "
        "('no_trial_has_arr', 'billng', as_of() + 1, 'meant', 'data owner')",
    ],
    ids=["threshold", "waiver"],
)
def test_a_row_for_a_subject_that_nothing_had_is_told(
    candidate: duckdb.DuckDBPyConnection, row: str
) -> None:
    assert worst_after(candidate, _PROBE, row) == "warned"
    assert worst_after(candidate, _PROBE, row.replace("billng", "billing")) == "passed"


@pytest.mark.parametrize(
    "change",
    [
        "update quality.policies set setting = 'EUR' "
        "where policy = 'reporting_currency'",
        "create or replace temp macro previous_as_of() as as_of() + 1",
    ],
    ids=["other currency", "later day"],
)
def test_generation_that_has_nothing_in_common_is_not_compared_with(
    candidate: duckdb.DuckDBPyConnection, change: str
) -> None:
    check = CHECKS["past_arr_is_as_it_was_told"]
    assert worst_after(candidate, check, change) == "not_applicable"


def test_a_company_with_the_three_tables_that_must_be_there_is_published(
    compiled_project: Bench, tmp_path: Path
) -> None:
    numbers = range(40)
    company = {
        "crm_accounts": [
            {"account_id": f"A{n}", "account_name": f"Company {n}",
             "created_at": f"2024-01-{n % 28 + 1:02d}"}
            for n in numbers
        ],
        "billing_subscriptions": [
            {"subscription_id": f"S{n}", "account_id": f"A{n}",
             "started_on": f"2024-02-{n % 28 + 1:02d}"}
            for n in numbers
        ],
        "billing_subscription_items": [
            {"subscription_item_id": f"I{n}", "subscription_id": f"S{n}",
             "unit_price": f"{900 + n}.00", "billing_interval": "month"}
            for n in numbers
        ],
    }  # fmt: skip
    raw = write_company(tmp_path / "raw", company)
    (tmp_path / "work").mkdir()
    database = take(compiled_project, raw, "2025-06-30", tmp_path / "work")
    results = run_checks(database, None, {})
    assert stopping_lines(results) == []
    (bands,) = [r for r in results if r.check_name == "bands_are_more_than_one"]
    assert bands.outcome == "not_applicable"


# --- What is kept --------------------------------------------------------------------


def small_generation(path: Path, most_rows: int, most_rows_on: str) -> Path:
    """Write a file with as much of a generation as is carried over to the next."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"""
            create schema quality;
            create table quality.policies as
            select 'switch' as kind, 'as_of_date in force' as policy,
                '2025-12-31' as setting;
            create table quality.raw_volumes as
            select 'crm_csms' as table_name, cast(null as date) as month,
                7::bigint as row_count, {most_rows}::bigint as most_rows,
                date '{most_rows_on}' as most_rows_on
            """
        )
    return path


@pytest.mark.parametrize(
    ("seen_on", "most_rows"), [("2025-11-02", 9), ("2025-11-01", 7)]
)
def test_most_rows_are_carried_over_for_two_months(
    tmp_path: Path, seen_on: str, most_rows: int
) -> None:
    before = small_generation(tmp_path / "before.duckdb", 9, seen_on)
    now = small_generation(tmp_path / "now.duckdb", 7, "2025-12-31")
    remember_volumes(now, before)
    with duckdb.connect(str(now)) as connection:
        rows = connection.execute("from quality.raw_volumes").fetchall()
    assert [row[3] for row in rows] == [most_rows]


# --- The command ---------------------------------------------------------------------


def test_described_results_name_the_remedy_and_count(
    sample_results: list[CheckResult],
) -> None:
    broken = CheckResult(
        "a_check", "expectation", "a table", "block", "blocked",
        message="a_check: a table is wrong; mend it",
    )  # fmt: skip
    lines = list(described([*sample_results, broken]))
    assert lines[-2].split(maxsplit=2) == [
        "blocked", "a_check", "a table is wrong; mend it"
    ]  # fmt: skip
    assert lines[-1].startswith(f"{len(sample_results) + 1} results: 1 blocked, ")


def test_run_says_what_stops_it_and_keeps_the_results(
    home: Home, sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = CheckResult(
        "a_check", "expectation", "a table", "block", "blocked",
        message="a_check: a table is wrong; mend it",
    )  # fmt: skip
    kept: list[CheckResult] = []
    monkeypatch.setattr("bowtie.checks.run_checks", lambda *given: [stopping])
    monkeypatch.setattr("bowtie.checks.record_results", lambda _, all: kept.extend(all))
    candidate = Candidate(
        Request.of(home=home.root),
        Workplace(sample_warehouse.parent),
        {},
        BuildResult(),
        landing=None,
        start=None,
    )
    with pytest.raises(BowtieError) as stopped:
        check_candidate(candidate, None)
    assert stopped.value.problems[0] == stopping.message
    assert "nothing was published" in stopped.value.problems[1]
    assert kept == [stopping]


def test_file_that_is_no_candidate_is_named(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BowtieError, match="there is no candidate in"):
        check_file(home, None, None)
    with pytest.raises(BowtieError, match="is no file"):
        check_file(home, tmp_path / "missing.duckdb", None)
    text = tmp_path / "text.duckdb"
    text.write_text("no database")
    with pytest.raises(BowtieError, match="cannot be checked"):
        check_file(home, text, None)
