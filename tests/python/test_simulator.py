"""The simulator writes the contract, tells the truth, and repeats itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from bowtie.contract import raw_contract
from bowtie.simulator import simulate

AS_OF = date(2025, 12, 31)
GRACE = timedelta(days=30)
CENT = Decimal("0.01")
PERIODS = {"day": 365, "week": 52, "month": 12, "year": 1}


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("company")
    simulate(1_000, 24, 7, out)
    return out


@pytest.fixture(scope="module")
def tables(company):
    connection = duckdb.connect()
    for path in sorted(company.glob("*.parquet")) + sorted(
        (company / "truth").glob("*.parquet")
    ):
        connection.execute(f"create view {path.stem} as from '{path}'")
    connection.execute(
        f"create view usage_daily as from '{company}/usage_daily/*.parquet'"
    )
    return connection


def rows(tables, query: str) -> list[dict]:
    relation = tables.sql(query)
    return [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- the run -------------------------------------------------------------------


def test_same_arguments_give_the_same_bytes(tmp_path):
    simulate(300, 12, 5, tmp_path / "one")
    simulate(300, 12, 5, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    simulate(300, 12, 6, tmp_path / "other")
    assert digests(tmp_path / "one") != digests(tmp_path / "other")


@pytest.mark.parametrize("table", ["billing_subscription_items", "crm_activities"])
def test_a_smaller_company_is_a_prefix_of_a_larger_one(company, tmp_path, table):
    simulate(40, 24, 7, tmp_path)
    small = pq.read_table(tmp_path / f"{table}.parquet").to_pylist()
    large = pq.read_table(company / f"{table}.parquet").to_pylist()
    assert small == large[: len(small)]
    assert len(small) > 0


@pytest.mark.parametrize("accounts", [1, 2, 5])
def test_tiny_companies_have_every_file(tmp_path, accounts):
    simulate(accounts, 3, 1, tmp_path, as_of=date(2024, 2, 29))
    accounts_written = pq.read_table(tmp_path / "crm_accounts.parquet").num_rows
    assert accounts_written == accounts
    assert (tmp_path / "truth" / "account_arr.parquet").exists()


def test_weekly_grain_has_one_usage_row_a_week(tmp_path):
    simulate(200, 6, 3, tmp_path, usage_grain="weekly")
    usage = duckdb.sql(
        f"select count(*), count(*) filter (isodow(usage_date) <> 7) "
        f"from '{tmp_path}/usage_daily/*.parquet'"
    ).fetchone()
    assert usage[0] > 1_000
    assert usage[1] == 0


def test_a_shorter_run_leaves_no_months_of_a_longer_one(tmp_path):
    simulate(20, 6, 3, tmp_path)
    simulate(20, 2, 3, tmp_path)
    months = sorted(path.stem for path in (tmp_path / "usage_daily").iterdir())
    assert months == ["2025-11", "2025-12"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": 0},
        {"months": 0},
        {"seed": -1},
        {"usage_grain": "hourly"},
        {"as_of": date(1990, 1, 1)},
    ],
)
def test_a_wrong_argument_is_named(tmp_path, wrong):
    arguments = {"accounts": 5, "months": 3, "seed": 1, "out": tmp_path} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        simulate(**arguments)


# --- the contract --------------------------------------------------------------


def test_every_table_has_the_columns_of_the_contract(tables):
    for name, table in raw_contract().items():
        if name == "usage_events":
            continue
        assert tables.sql(f"from {name}").columns == list(table.columns), name


def test_required_columns_are_never_empty_and_keys_never_repeat(tables):
    for name, table in raw_contract().items():
        if name == "usage_events":
            continue
        empty = " or ".join(f"{column} is null" for column in table.required_columns)
        missing = f"select count(*) from {name} where {empty}"
        assert tables.sql(missing).fetchone()[0] == 0, name
        key = ", ".join(table.entry["key"])
        repeated = f"select count(*) from (select {key} from {name} group by all \
            having count(*) > 1)"
        assert tables.sql(repeated).fetchone()[0] == 0, name


def test_no_rule_of_the_contract_refuses_a_row(tables):
    for name, table in raw_contract().items():
        for reason, rule in table.entry.get("rules", {}).items():
            if name == "usage_events":
                continue
            status = table.entry["columns"].get("status") or {}
            over = ", ".join(f"'{value}'" for value in status.get("over", ()))
            known = rule.replace("{as_of}", "date '2025-12-31'")
            known = known.replace("{over}", over)
            # A rule may ask about other rows, so it comes before the count.
            judged = f"select {known} as is_refused from {name}"
            refused = f"select count(*) from ({judged}) where is_refused"
            assert tables.sql(refused).fetchone()[0] == 0, (name, reason)


def test_values_are_those_the_contract_lists(tables):
    for name, table in raw_contract().items():
        for column, about in table.entry["columns"].items():
            if "one_of" not in about or name == "usage_events":
                continue
            values = {
                row[0]
                for row in tables.sql(
                    f"select distinct {column} from {name}"
                ).fetchall()
            }
            assert values - {None} <= set(about["one_of"]), (name, column)


def test_nothing_is_dated_after_the_as_of_date_but_plans(tables):
    plans = {"trial_ends_on", "current_term_end", "due_on", "target_date", "due_date"}
    plans |= {"expected_close_date", "period_end", "current_term_start"}
    for name, table in raw_contract().items():
        for column, about in table.entry["columns"].items():
            dated = about["type"] in ("date", "timestamp")
            if not dated or column in plans or name == "usage_events":
                continue
            late = f"select count(*) from {name} where {column}::date > '{AS_OF}'"
            assert tables.sql(late).fetchone()[0] == 0, (name, column)


REFERENCES = [
    ("crm_accounts", "parent_account_id", "crm_accounts", "account_id"),
    ("crm_accounts", "merged_into_account_id", "crm_accounts", "account_id"),
    ("crm_account_owners", "account_id", "crm_accounts", "account_id"),
    ("crm_account_owners", "csm_id", "crm_csms", "csm_id"),
    ("crm_contacts", "account_id", "crm_accounts", "account_id"),
    ("crm_activities", "account_id", "crm_accounts", "account_id"),
    ("crm_activities", "csm_id", "crm_csms", "csm_id"),
    ("crm_activities", "contact_id", "crm_contacts", "contact_id"),
    ("crm_csm_sentiment", "account_id", "crm_accounts", "account_id"),
    ("crm_csm_sentiment", "csm_id", "crm_csms", "csm_id"),
    ("crm_success_plans", "account_id", "crm_accounts", "account_id"),
    ("crm_success_plan_milestones", "success_plan_id", "crm_success_plans", None),
    ("crm_opportunities", "account_id", "crm_accounts", "account_id"),
    ("crm_opportunities", "product_id", "billing_products", "product_id"),
    ("crm_opportunities", "subscription_id", "billing_subscriptions", None),
    ("crm_opportunity_stages", "opportunity_id", "crm_opportunities", None),
    ("crm_advocacy", "account_id", "crm_accounts", "account_id"),
    ("billing_customers", "account_id", "crm_accounts", "account_id"),
    ("billing_subscriptions", "account_id", "crm_accounts", "account_id"),
    ("billing_subscriptions", "billing_customer_id", "billing_customers", None),
    (
        "billing_subscriptions",
        "renewed_from_subscription_id",
        "billing_subscriptions",
        "subscription_id",
    ),
    ("billing_subscription_items", "subscription_id", "billing_subscriptions", None),
    ("billing_subscription_items", "product_id", "billing_products", None),
    ("billing_pauses", "subscription_id", "billing_subscriptions", None),
    ("billing_invoices", "subscription_id", "billing_subscriptions", None),
    ("billing_invoices", "billing_customer_id", "billing_customers", None),
    ("billing_invoice_lines", "invoice_id", "billing_invoices", None),
    ("billing_invoice_lines", "subscription_id", "billing_subscriptions", None),
    ("usage_daily", "account_id", "crm_accounts", "account_id"),
    ("usage_features_daily", "account_id", "crm_accounts", "account_id"),
    ("support_tickets", "account_id", "crm_accounts", "account_id"),
    ("survey_responses", "account_id", "crm_accounts", "account_id"),
    ("survey_responses", "contact_id", "crm_contacts", "contact_id"),
]


@pytest.mark.parametrize("table, column, target, key", REFERENCES)
def test_references_hold(tables, table, column, target, key):
    broken = f"""
        select count(*) from {table}
        where {column} is not null
            and {column} not in (select {key or column} from {target})
    """
    assert tables.sql(broken).fetchone()[0] == 0


def test_an_account_has_one_owner_a_day(tables):
    overlaps = """
        select count(*)
        from crm_account_owners as one
        inner join crm_account_owners as two
            on one.account_id = two.account_id
            and one.valid_from < two.valid_from
            and coalesce(one.valid_to, date '9999-12-31') > two.valid_from
    """
    assert tables.sql(overlaps).fetchone()[0] == 0


def test_csms_act_only_while_they_work_and_own_the_account(tables):
    strangers = """
        select count(*)
        from crm_activities
        where csm_id is not null and not exists (
            from crm_account_owners as owners
            where owners.account_id = crm_activities.account_id
                and owners.csm_id = crm_activities.csm_id
                and owners.valid_from <= crm_activities.occurred_at::date
                and coalesce(owners.valid_to, date '9999-12-31')
                    > crm_activities.occurred_at::date
        )
    """
    assert tables.sql(strangers).fetchone()[0] == 0
    outside = """
        select count(*)
        from crm_account_owners
        inner join crm_csms using (csm_id)
        where valid_from < started_on
            or coalesce(valid_to, date '9999-12-31')
                > coalesce(ended_on, date '9999-12-31')
    """
    assert tables.sql(outside).fetchone()[0] == 0


def test_nobody_meets_a_contact_who_has_left_or_not_come(tables):
    ghosts = """
        select count(*)
        from crm_activities
        inner join crm_contacts using (contact_id)
        where occurred_at < crm_contacts.created_at
            or occurred_at > crm_contacts.left_at
            or crm_activities.account_id <> crm_contacts.account_id
    """
    assert tables.sql(ghosts).fetchone()[0] == 0


def test_no_renewal_is_given_up_while_its_subscription_is_in_arr(tables):
    given_up = """
        select count(*)
        from crm_opportunities
        inner join billing_subscriptions using (subscription_id)
        where opportunity_type = 'renewal' and not is_won
            and status not in ('cancelled', 'expired', 'ended')
    """
    assert tables.sql(given_up).fetchone()[0] == 0


def test_opportunities_and_their_stages_agree(tables):
    wrong = """
        select count(*)
        from crm_opportunities as o
        where (closed_at is null) <> (is_won is null)
            or closed_at < created_at or amount <= 0
            or stage <> (
                select arg_max(s.stage, s.entered_at)
                from crm_opportunity_stages as s
                where s.opportunity_id = o.opportunity_id
            )
    """
    assert tables.sql(wrong).fetchone()[0] == 0


def test_invoices_are_the_sum_of_their_lines(tables):
    wrong = """
        select count(*)
        from billing_invoices
        where total_amount <> (
            select sum(amount) from billing_invoice_lines as lines
            where lines.invoice_id = billing_invoices.invoice_id
        ) or (status = 'paid') <> (paid_on is not null)
            or due_on < issued_on or paid_on < issued_on
    """
    assert tables.sql(wrong).fetchone()[0] == 0


def test_usage_lies_inside_contracts(tables):
    outside = """
        select count(*)
        from usage_daily
        where not exists (
            from billing_subscriptions as s
            left join billing_customers as c using (billing_customer_id)
            left join crm_accounts as a on c.email_domain = a.domain
            where coalesce(s.account_id, c.account_id, a.account_id)
                    = usage_daily.account_id
                and s.started_on <= usage_daily.usage_date
                and coalesce(s.ended_on, date '9999-12-31') > usage_daily.usage_date
        )
    """
    # A late renewal leaves the account in its old contract, whose end is not written.
    assert tables.sql(outside).fetchone()[0] == 0


# --- the truth -----------------------------------------------------------------


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class Biller:
    """ARR by account and day from the raw rows, one day at a time, as A1 to A5 say."""

    def __init__(self, tables):
        self.accounts = {r["account_id"]: r for r in rows(tables, "from crm_accounts")}
        self.customers = {
            r["billing_customer_id"]: r for r in rows(tables, "from billing_customers")
        }
        self.domains = {r["domain"]: key for key, r in self.accounts.items()}
        self.subscriptions = rows(tables, "from billing_subscriptions")
        self.items = defaultdict(list)
        for item in rows(tables, "from billing_subscription_items"):
            self.items[item["subscription_id"]].append(item)
        self.pauses = defaultdict(list)
        for pause in rows(tables, "from billing_pauses"):
            self.pauses[pause["subscription_id"]].append(pause)
        reference = date(AS_OF.year - 1, 12, 31)
        self.rates = {"USD": Decimal(1)}
        for rate in rows(tables, "from billing_exchange_rates order by rate_date"):
            if rate["rate_date"] <= reference:
                self.rates[rate["currency"]] = rate["rate"]
        self.renewals = defaultdict(list)
        for subscription in self.subscriptions:
            if subscription["renewed_from_subscription_id"]:
                self.renewals[subscription["renewed_from_subscription_id"]].append(
                    subscription["started_on"]
                )

    def owner(self, subscription: dict) -> str | None:
        """The surviving account; None for a test account."""
        account = subscription["account_id"]
        customer = self.customers.get(subscription["billing_customer_id"])
        if account is None:
            account = customer["account_id"]
        if account is None:
            account = self.domains.get(customer["email_domain"])
        if account is None:
            return f"unmatched:{customer['billing_customer_id']}"
        while self.accounts[account]["merged_into_account_id"]:
            account = self.accounts[account]["merged_into_account_id"]
        return None if self.accounts[account]["is_test"] else account

    def in_force(self, subscription: dict, day: date) -> bool:
        if day < subscription["started_on"]:
            return False
        if subscription["ended_on"] and day >= subscription["ended_on"]:
            return False
        renewals = self.renewals[subscription["subscription_id"]]
        if any(day >= start for start in renewals):
            return False
        term_end = subscription["current_term_end"]
        if subscription["auto_renews"] is not False or term_end is None:
            return True
        if day < term_end or any(start <= term_end + GRACE for start in renewals):
            return True
        return term_end + GRACE > AS_OF

    def arr(self, item: dict) -> Decimal:
        local = half_up(
            item["quantity"]
            * item["unit_price"]
            * (100 - item["discount_percent"])
            * PERIODS[item["billing_interval"]]
            / (100 * item["interval_count"])
        )
        return half_up(local * self.rates[item["currency"]])

    def by_day(self, days: list[date]) -> dict[tuple[str, date], Decimal]:
        total = defaultdict(Decimal)
        for subscription in self.subscriptions:
            account = self.owner(subscription)
            if account is None:
                continue
            key = subscription["subscription_id"]
            trial = subscription["trial_ends_on"]
            items = [
                (self.arr(item), item["valid_from"], item["valid_to"] or date.max)
                for item in self.items[key]
                if item["charge_type"] == "recurring"
            ]
            pauses = [
                (p["paused_on"], p["resumed_on"] or date.max) for p in self.pauses[key]
            ]
            for day in days:
                if (trial and day < trial) or not self.in_force(subscription, day):
                    continue
                if any(paused <= day < resumed for paused, resumed in pauses):
                    continue
                for arr, start, end in items:
                    if start <= day < end:
                        total[account, day] += arr
        return {key: arr for key, arr in total.items() if arr}


def test_true_arr_is_what_the_raw_rows_amount_to_on_every_day(tables):
    days = [AS_OF - timedelta(days=back) for back in range(2 * 365)]
    # Further back a day in five, at a stride that meets every day of the month.
    days += [days[-1] - timedelta(days=5 * back) for back in range(1, 370)]
    recomputed = Biller(tables).by_day(days)
    stated = {}
    for row in rows(tables, "from account_arr where arr <> 0"):
        until = row["valid_to"] or date.max
        assert row["arr_cents"] == int(row["arr"] * 100)
        for day in days:
            if row["valid_from"] <= day < until:
                stated[row["account_id"], day] = row["arr"]
    assert len(stated) > 300_000
    differing = {
        key: (stated.get(key), recomputed.get(key))
        for key in stated.keys() | recomputed.keys()
        if stated.get(key) != recomputed.get(key)
    }
    assert not differing, list(differing.items())[:5]


def test_true_arr_is_a_line_of_changes_without_gaps(tables):
    broken = """
        select count(*)
        from (
            select
                *,
                lead(valid_from) over account as next_from,
                lag(arr_cents) over account as previous_cents
            from account_arr
            window account as (partition by account_id order by valid_from)
        )
        where valid_to is distinct from next_from
            or arr_cents is not distinct from previous_cents
            or (previous_cents is null and arr_cents = 0)
            or valid_from > date '2025-12-31'
    """
    assert tables.sql(broken).fetchone()[0] == 0


def test_planted_behaviour_starts_lead_days_before_its_outcome(tables):
    leads = rows(
        tables,
        """
        select outcome, lead_days, effective_on - min(starts_on) as planted_lead
        from planned_outcomes
        inner join planted_signals using (outcome_id)
        group by outcome_id, outcome, lead_days, effective_on
        """,
    )
    assert len(leads) > 300
    assert all(row["lead_days"] == row["planted_lead"] for row in leads)
    assert all(30 <= row["lead_days"] <= 120 for row in leads)
    silent = """
        select count(*) from planned_outcomes
        where (lead_days > 0) <> (
            outcome_id in (select outcome_id from planted_signals
                where outcome_id is not null)
        )
    """
    assert tables.sql(silent).fetchone()[0] == 0


def test_realised_outcomes_are_in_the_true_arr(tables):
    checked = rows(
        tables,
        """
        select
            outcome,
            is_realised,
            coalesce((
                select arr from account_arr as a
                where a.account_id = p.account_id
                    and a.valid_from < p.effective_on
                    and coalesce(a.valid_to, date '9999-12-31') >= p.effective_on
            ), 0) as before,
            coalesce((
                select arr from account_arr as a
                where a.account_id = p.account_id
                    and a.valid_from <= p.effective_on
                    and coalesce(a.valid_to, date '9999-12-31') > p.effective_on
            ), 0) as after
        from planned_outcomes as p
        where is_realised
        """,
    )
    assert len(checked) > 500
    for row in checked:
        moved = row["after"] - row["before"]
        assert (moved > 0) == (row["outcome"] == "expansion"), row
        assert (row["after"] == 0) == (row["outcome"] == "churn"), row


def test_usage_has_fallen_where_a_decline_was_planted_for_a_churn(tables):
    fallen, planted = tables.sql(
        """
        with declines as (
            select signals.account_id, signals.starts_on, outcomes.effective_on
            from planted_signals as signals
            inner join planned_outcomes as outcomes using (outcome_id)
            where signals.signal = 'usage_decline'
                and outcomes.cause = 'low_adoption'
                and outcomes.outcome = 'churn'
                and outcomes.is_realised
                and signals.starts_on > date '2024-02-15'
        ),
        windows as (
            select
                declines.account_id,
                sum(active_users) filter (usage_date < starts_on) as users_before,
                sum(active_users) filter (usage_date >= effective_on - 28)
                    as users_after
            from declines
            inner join usage_daily using (account_id)
            where usage_date between starts_on - 28 and starts_on - 1
                or usage_date between effective_on - 28 and effective_on - 1
            group by all
        )
        select
            count(*) filter (coalesce(users_after, 0) < 0.8 * users_before),
            count(*)
        from windows where users_before > 0
        """
    ).fetchone()
    assert planted > 15
    assert fallen > 0.75 * planted


# --- breadth -------------------------------------------------------------------

PRESENT = {
    "day, week, month, quarter, year and multi-year billing": """
        select count(distinct (billing_interval, interval_count)) >= 7
        from billing_subscription_items""",
    "a trial that goes on": """
        select count(*) > 0 from billing_subscriptions where status = 'trialing'""",
    "pauses, some over": """
        select count(*) > count(resumed_on) or count(*) > 10 from billing_pauses""",
    "renewals in a new subscription": """
        select count(*) > 20 from billing_subscriptions
        where renewed_from_subscription_id is not null""",
    "late renewals inside and beyond the grace period": """
        select count(*) filter (late between 1 and 30) > 0
            and count(*) filter (late > 30) > 0
        from (
            select new.started_on - old.current_term_end as late
            from billing_subscriptions as new
            inner join billing_subscriptions as old
                on new.renewed_from_subscription_id = old.subscription_id
            where old.auto_renews = false
        )""",
    "every charge type": """
        select count(distinct charge_type) = 3 from billing_subscription_items""",
    "a zero-price plan": """
        select count(*) > 0 from billing_subscription_items where unit_price = 0""",
    "discounts that end": """
        select count(*) > 10 from billing_subscription_items
        where change_reason = 'discount_expired' and discount_percent = 0""",
    "every line type": """
        select count(distinct line_type) = 6 from billing_invoice_lines""",
    "credit notes": """
        select count(*) > 0 from billing_invoices where total_amount < 0""",
    "foreign currencies, with no and with three decimals": """
        select count(distinct currency) >= 5
            and bool_or(currency = 'JPY') and bool_or(currency = 'KWD')
        from billing_subscription_items""",
    "parents, merged and test accounts": """
        select count(parent_account_id) > 0 and count(merged_into_account_id) > 0
            and bool_or(is_test) from crm_accounts""",
    "accounts without an owner": """
        select count(*) > 0 from crm_accounts
        where account_id not in (select account_id from crm_account_owners)""",
    "billing customers found by mapping and by domain, and one not at all": """
        select count(*) filter (account_id is null) > 1 and count(account_id) > 0
        from billing_customers""",
    "reactivations": """
        select count(*) > 5 from (
            select account_id, arr, lag(arr) over (
                partition by account_id order by valid_from) as previous
            from account_arr
        ) where previous = 0 and arr > 0""",
    "sign-up and churn in one month": """
        select count(*) > 0 from account_arr
        where arr > 0 and date_trunc('month', valid_from)
            = date_trunc('month', valid_to)""",
    "every activity type": """
        select count(distinct activity_type) = 13 from crm_activities""",
    "bounced automated mails": """
        select count(*) > 0 from crm_activities where status = 'bounced'""",
    "every persona": "select count(distinct persona) = 4 from crm_contacts",
    "every sentiment": """
        select count(distinct sentiment) = 3 from crm_csm_sentiment""",
    "opportunities of every type, won, lost and open": """
        select count(distinct (opportunity_type, is_won)) >= 7
        from crm_opportunities""",
    "every advocacy type": """
        select count(distinct advocacy_type) = 4 from crm_advocacy""",
    "success plans in every state": """
        select count(distinct status) = 5 from crm_success_plans""",
    "every survey": "select count(distinct survey_type) = 3 from survey_responses",
    "every planned outcome and recovery": """
        select count(distinct leads_to) = 5 from planted_signals""",
}


@pytest.mark.parametrize("what", PRESENT)
def test_the_company_has(tables, what):
    assert tables.sql(PRESENT[what]).fetchone()[0], what


def test_each_touch_tier_has_the_arr_of_its_definition(tables):
    means = dict(
        tables.sql(
            """
            select
                case
                    when arr >= 100000 then 'high'
                    when arr >= 20000 then 'mid'
                    when arr >= 5000 then 'low'
                    else 'tech'
                end,
                avg(arr)
            from account_arr where valid_to is null and arr > 0 group by 1
            """
        ).fetchall()
    )
    assert 120_000 < means["high"] < 400_000
    assert 30_000 < means["mid"] < 65_000
    assert 8_000 < means["low"] < 14_000
    assert 1_000 < means["tech"] < 3_500
