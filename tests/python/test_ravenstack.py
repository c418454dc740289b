"""The RavenStack example maps what it says, and to the month-end MRR of the source."""

import csv
import importlib.util
import os
import sys
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from bowtie.contract import raw_contract
from bowtie.landing import land

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "ravenstack" / "to_raw_contract.py"
REAL = Path(
    os.environ.get("BOWTIE_RAVENSTACK", ROOT.parent / "shared" / "real" / "ravenstack")
)
PERIODS_A_YEAR = {"month": 12, "year": 1}

_spec = importlib.util.spec_from_file_location("to_raw_contract", SCRIPT)
to_raw_contract = importlib.util.module_from_spec(_spec)
# Its dataclasses look their module up by name.
sys.modules[_spec.name] = to_raw_contract
_spec.loader.exec_module(to_raw_contract)


# A source in RavenStack's shape, with one of each of its oddities.
SOURCE = {
    "ravenstack_accounts": """\
account_id,account_name,industry,country,signup_date,plan_tier,seats,is_trial,churn_flag
A-1,Company_1,EdTech,UK,2023-01-01,Basic,9,False,True
A-2,Company_2,FinTech,US,2023-02-01,Pro,5,True,False
""",
    "ravenstack_subscriptions": """\
subscription_id,account_id,start_date,end_date,plan_tier,seats,mrr_amount,is_trial,billing_frequency,auto_renew_flag
S-1,A-1,2023-01-09,,Basic,9,171,False,monthly,True
S-2,A-1,2023-01-10,2023-03-31,Enterprise,14,2786,False,annual,False
S-3,A-2,2023-02-01,,Pro,5,0,True,monthly,True
S-4,A-2,2023-02-01,2023-02-15,Pro,5,0,True,annual,True
S-5,A-2,2023-02-02,,Pro,7,100.01,False,annual,True
S-6,A-2,2023-02-02,,Pro,0,49,False,monthly,True
S-7,A-2,2023-02-02,,Pro,,49,False,monthly,True
""",
    "ravenstack_feature_usage": """\
usage_id,subscription_id,usage_date,feature_name,usage_count
U-1,S-1,2023-02-01,feature_1,3
U-1,S-2,2023-02-01,feature_1,4
U-2,S-2,2023-02-01,feature_2,5
U-3,S-5,2023-01-01,feature_1,6
U-3,S-5,2023-01-01,feature_1,6
U-4,S-9,2023-01-01,feature_1,7
""",
    "ravenstack_support_tickets": """\
ticket_id,account_id,submitted_at,closed_at,priority,first_response_time_minutes,satisfaction_score,escalation_flag
T-1,A-1,2023-07-27,2023-07-28 03:00:00,urgent,74,4.0,True
T-2,A-1,2023-08-04,2023-08-04 01:00:00,medium,137,,False
T-3,A-2,2023-08-04,,low,,,False
""",
    "ravenstack_churn_events": """\
account_id,churn_date,reason_code
A-1,2023-03-31,pricing
A-2,2023-03-31,budget
""",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in SOURCE.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture
def out(source: Path, capsys) -> Path:
    out = source.parent / "out"
    assert to_raw_contract.main([str(source), str(out)]) == 0
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def by_id(out: Path, table: str, key: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in rows_of(out / f"{table}.csv")}


def item_arr(item: dict[str, str]) -> Decimal:
    """Return an item's ARR by the warehouse's rule (DECISIONS A3)."""
    exact = Decimal(item["quantity"]) * Decimal(item["unit_price"])
    exact *= PERIODS_A_YEAR[item["billing_interval"]]
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_only_contract_columns_and_every_required_one_are_written(out):
    written = {path.stem for path in out.glob("*.csv")}
    assert written == {
        *("crm_accounts", "billing_products", "billing_subscriptions"),
        *("billing_subscription_items", "usage_daily", "usage_features_daily"),
        "support_tickets",
    }
    for name in written:
        table = raw_contract()[name]
        columns = set(rows_of(out / f"{name}.csv")[0])
        assert set(table.required_columns) <= columns <= set(table.columns)


def test_what_is_written_lands_without_a_remark(out, tmp_path):
    landing = land(out, tmp_path / "landing")
    assert not any(table.notes for table in landing.tables.values())


def test_countries_are_iso(out):
    assert by_id(out, "crm_accounts", "account_id")["A-1"]["country"] == "GB"


def test_a_monthly_amount_stays_one_where_billing_is_annual(out):
    items = by_id(out, "billing_subscription_items", "subscription_id")
    assert items["S-1"]["billing_interval"] == "month"
    assert (items["S-1"]["quantity"], items["S-1"]["unit_price"]) == ("9", "19")
    assert items["S-2"]["billing_interval"] == "year"
    assert (items["S-2"]["quantity"], items["S-2"]["unit_price"]) == ("14", "2388")
    assert item_arr(items["S-2"]) == 12 * 2786


def test_where_seats_would_cost_a_cent_the_money_is_kept(out):
    items = by_id(out, "billing_subscription_items", "subscription_id")
    assert items["S-5"]["quantity"] == "1"
    assert item_arr(items["S-5"]) == Decimal("1200.12")
    for subscription in ("S-6", "S-7"):
        assert items[subscription]["quantity"] == "1"
        assert item_arr(items[subscription]) == 12 * 49


@pytest.mark.parametrize("seats", ["", "0", "1", "3", "7", "64", "189"])
@pytest.mark.parametrize("cents", [1, 100, 1999, 27_064_00, 33_333_33])
def test_seats_times_price_is_the_amount(seats, cents):
    amount = Decimal(cents) / 100
    count, price = to_raw_contract.seats_and_price(seats, amount)
    assert count * price == amount
    assert price == price.quantize(Decimal("0.000001"))


def test_trials_end_with_their_subscription_or_never(out):
    subscriptions = by_id(out, "billing_subscriptions", "subscription_id")
    assert subscriptions["S-1"]["trial_ends_on"] == ""
    assert subscriptions["S-3"]["trial_ends_on"] > "2090"
    assert subscriptions["S-4"]["trial_ends_on"] == "2023-02-15"


def test_dates_decide_on_churn_and_events_only_give_reasons(out):
    subscriptions = by_id(out, "billing_subscriptions", "subscription_id")
    reasons = {key: row["churn_reason"] for key, row in subscriptions.items()}
    assert reasons["S-2"] == "pricing" and set(reasons.values()) == {"pricing", ""}
    assert subscriptions["S-5"]["ended_on"] == ""


def test_usage_is_summed_by_account_and_day(out):
    usage = {
        (row["account_id"], row["usage_date"]): row["events"]
        for row in rows_of(out / "usage_daily.csv")
    }
    assert usage == {("A-1", "2023-02-01"): "12", ("A-2", "2023-01-01"): "6"}
    features = rows_of(out / "usage_features_daily.csv")
    assert [row["events"] for row in features] == ["7", "5", "6"]


def test_tickets_keep_their_solution_over_a_later_first_response(out):
    tickets = by_id(out, "support_tickets", "ticket_id")
    assert tickets["T-1"] == {
        "ticket_id": "T-1",
        "account_id": "A-1",
        "priority": "critical",
        "is_escalated": "true",
        "created_at": "2023-07-27 00:00:00",
        "first_responded_at": "2023-07-27 01:14:00",
        "solved_at": "2023-07-28 03:00:00",
        "satisfaction_score": "4",
    }
    assert tickets["T-2"]["priority"] == "normal"
    assert tickets["T-2"]["first_responded_at"] == ""
    assert tickets["T-3"]["solved_at"] == tickets["T-3"]["first_responded_at"] == ""


def test_what_was_set_aside_is_printed_and_listed(source, tmp_path, capsys):
    to_raw_contract.main([str(source), str(tmp_path / "out")])
    printed = capsys.readouterr().out
    listed = (tmp_path / "out" / "README.md").read_text()
    for line in (
        "1 usage rows set aside, no such subscription: U-4",
        "1 usage rows set aside, exact repetitions: U-3",
        "2 usage rows share their usage_id with another one; all are counted: U-1, U-1",
        "1 usage rows are older than their subscription; counted for the account: U-3",
        "1 first responses set aside, later than the ticket's solution: T-2",
        "1 churn events set aside, no subscription of the account ends that day: "
        "A-2 on 2023-03-31",
        "1 churn flags of accounts set aside, subscriptions' dates say otherwise: A-1",
    ):
        assert line in printed and line in listed


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("ravenstack_accounts", "signup_date", "joined", "has no column signup_date"),
        ("ravenstack_subscriptions", ",monthly", ",weekly", "'weekly' is new"),
        ("ravenstack_subscriptions", ",Basic", ",Gold", "'Gold' is new"),
        (
            "ravenstack_support_tickets",
            "urgent",
            "on fire",
            "priority 'on fire' is new",
        ),
        ("ravenstack_feature_usage", ",3\n", "\n", "row 2: not as many fields"),
        ("ravenstack_churn_events", None, None, "is not there; SOURCE is the folder"),
    ],
)
def test_a_wrong_source_is_named(source, tmp_path, capsys, name, old, new, words):
    path = source / f"{name}.csv"
    if old is None:
        path.unlink()
    else:
        path.write_text(path.read_text().replace(old, new, 1))
    assert to_raw_contract.main([str(source), str(tmp_path / "out")]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_wrong_arguments_show_how_it_is_used(source, capsys):
    assert to_raw_contract.main([]) == 2
    assert "SOURCE OUT" in capsys.readouterr().err
    assert to_raw_contract.main([str(source), str(source)]) == 1


def test_the_same_source_gives_the_same_bytes(source, out, tmp_path):
    to_raw_contract.main([str(source), str(tmp_path / "again")])
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("real")
    assert to_raw_contract.main([str(REAL), str(out)]) == 0
    return out


@pytest.mark.skipif(
    not REAL.is_dir(),
    reason=f"RavenStack is not committed; BOWTIE_RAVENSTACK or {REAL} would hold it",
)
class TestRealSource:
    def test_every_month_end_is_the_published_one(self, real):
        items = by_id(real, "billing_subscription_items", "subscription_id")
        lives = [
            (
                row["account_id"],
                max(row["started_on"], row["trial_ends_on"]),
                row["ended_on"] or "9999-12-31",
                item_arr(items[row["subscription_id"]]),
            )
            for row in rows_of(real / "billing_subscriptions.csv")
        ]
        months = rows_of(REAL / "mrr_month_end.csv")
        assert len(months) == 24
        for month in months:
            start = date.fromisoformat(month["month_start"])
            after = (start + timedelta(days=31)).replace(day=1)
            day = (after - timedelta(days=1)).isoformat()
            in_force = [
                (account, arr)
                for account, start, end, arr in lives
                if start <= day < end
            ]
            assert sum(arr for _, arr in in_force) == 12 * Decimal(month["mrr"])
            assert len(in_force) == int(month["paid_subscriptions"])
            assert len({a for a, _ in in_force}) == int(month["paying_accounts"])

    def test_no_seat_and_no_cent_is_lost(self, real):
        items = by_id(real, "billing_subscription_items", "subscription_id")
        sources = rows_of(REAL / "ravenstack_subscriptions.csv")
        assert len(items) == len(sources) == 5000
        for row in sources:
            item = items[row["subscription_id"]]
            assert item["quantity"] == row["seats"]
            assert item_arr(item) == 12 * Decimal(row["mrr_amount"])

    def test_it_lands_without_a_remark(self, real, tmp_path):
        landing = land(real, tmp_path / "landing")
        assert not any(table.notes for table in landing.tables.values())
        assert landing.refused == 0
