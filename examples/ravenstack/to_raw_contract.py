"""RavenStack's five files, mapped to Bowtie's raw contract.

    python examples/ravenstack/to_raw_contract.py SOURCE OUT
    bowtie run --raw OUT --as-of 2024-12-31

Needs nothing but Python. What maps to what, and why, is in the README beside this
file; what is set aside is printed, and listed in full in OUT/README.md.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]

# What each source file must have for this mapping.
SOURCE_COLUMNS = {
    "ravenstack_accounts": (
        *("account_id", "account_name", "industry", "country", "signup_date"),
        *("seats", "churn_flag"),
    ),
    "ravenstack_subscriptions": (
        *("subscription_id", "account_id", "start_date", "end_date", "plan_tier"),
        *("seats", "mrr_amount", "is_trial", "billing_frequency", "auto_renew_flag"),
    ),
    "ravenstack_feature_usage": (
        *("usage_id", "subscription_id", "usage_date", "feature_name", "usage_count"),
    ),
    "ravenstack_support_tickets": (
        *("ticket_id", "account_id", "submitted_at", "closed_at", "priority"),
        *("first_response_time_minutes", "satisfaction_score", "escalation_flag"),
    ),
    "ravenstack_churn_events": ("account_id", "churn_date", "reason_code"),
}

# The plans, cheapest first. Their order is the only thing said here that the source
# does not say in so many words; its prices per seat (19, 49, 199) do.
PLANS = ("Basic", "Pro", "Enterprise")
# The source's spelling of a country, where it is not ISO 3166.
COUNTRIES = {"UK": "GB"}
PRIORITIES = {"low": "low", "medium": "normal", "high": "high", "urgent": "critical"}
# billing_frequency -> the contract's interval, and its length in months.
INTERVALS = {"monthly": ("month", 1), "annual": ("year", 12)}
# A trial that has not ended: after any day that anyone will ask about.
NO_TRIAL_END_KNOWN = "2099-12-31"
_SIX_PLACES = Decimal("0.000001")


class SourceError(Exception):
    """SOURCE is not RavenStack as this mapping knows it; the text says what to do."""


@dataclass
class Remarks:
    """What was set aside or decided: {sentence: the keys that it is about}."""

    keys: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, sentence: str, key: str) -> None:
        """Note one row under the sentence that says what became of it."""
        self.keys[sentence].append(key)

    def lines(self, most: int | None = None) -> list[str]:
        """Return a line for each sentence, with at most `most` keys."""
        lines = []
        for sentence, keys in self.keys.items():
            shown = ", ".join(keys[:most])
            left = len(keys) - len(keys[:most])
            more = f" and {left:,} more" if left else ""
            lines.append(f"{len(keys):,} {sentence}: {shown}{more}")
        return lines


def read_source(source: Path) -> dict[str, list[Row]]:
    """Return every source file's rows by its name without ending.

    Raises:
        SourceError: a file or a column is missing, or a file is not UTF-8 CSV.

    """
    tables = {}
    for name, columns in SOURCE_COLUMNS.items():
        path = source / f"{name}.csv"
        if not path.is_file():
            raise SourceError(
                f"{path} is not there; SOURCE is the folder that holds the five "
                "ravenstack_*.csv files"
            )
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                missing = set(columns) - set(reader.fieldnames or ())
                if missing:
                    raise SourceError(
                        f"{path} has no column {', '.join(sorted(missing))}; is it "
                        "RavenStack's?"
                    )
                tables[name] = list(reader)
        except (UnicodeDecodeError, csv.Error) as error:
            raise SourceError(f"{path} is not UTF-8 CSV: {error}") from None
        for line, row in enumerate(tables[name], start=2):
            if None in row or None in row.values():
                raise SourceError(f"{path}, row {line}: not as many fields as columns")
    return tables


def map_to_contract(source: dict[str, list[Row]], remarks: Remarks) -> dict[str, list]:
    """Return the contract's tables, {table: rows}, from the source's."""
    subscriptions = source["ravenstack_subscriptions"]
    usage = source["ravenstack_feature_usage"]
    note_contradictions(source, remarks)
    return {
        "crm_accounts": [account(row) for row in source["ravenstack_accounts"]],
        "billing_products": products(),
        "billing_subscriptions": map_subscriptions(
            subscriptions, source["ravenstack_churn_events"], remarks
        ),
        "billing_subscription_items": [item(row) for row in subscriptions],
        **map_usage(usage, subscriptions, remarks),
        "support_tickets": [
            ticket(row, remarks) for row in source["ravenstack_support_tickets"]
        ],
    }


def account(row: Row) -> Row:
    """Return one CRM account; its plan, trial and churn flags are not carried over."""
    return {
        "account_id": row["account_id"],
        "account_name": row["account_name"],
        "industry": row["industry"],
        "country": COUNTRIES.get(row["country"], row["country"]),
        "created_at": row["signup_date"],
    }


def products() -> list[Row]:
    """Return one product for each plan, in one family, ranked by price."""
    return [
        {
            "product_id": plan.lower(),
            "product_name": plan,
            "product_family": "RavenStack",
            "tier_rank": str(rank),
            "unit": "seat",
        }
        for rank, plan in enumerate(PLANS, start=1)
    ]


def map_subscriptions(
    subscriptions: list[Row], churn_events: list[Row], remarks: Remarks
) -> list[Row]:
    """Return one contract subscription for each of the source's.

    A churn event gives its reason to the account's subscriptions that ended that very
    day; the end itself is the subscription's own.
    """
    reasons = {
        (event["account_id"], event["churn_date"]): event["reason_code"]
        for event in churn_events
    }
    ends = {(row["account_id"], row["end_date"]) for row in subscriptions}
    for event in churn_events:
        if (event["account_id"], event["churn_date"]) not in ends:
            remarks.add(
                "churn events set aside, no subscription of the account ends that day",
                f"{event['account_id']} on {event['churn_date']}",
            )
    return [
        {
            "subscription_id": row["subscription_id"],
            "account_id": row["account_id"],
            "started_on": row["start_date"],
            "ended_on": row["end_date"],
            "trial_ends_on": trial_end(row),
            "auto_renews": row["auto_renew_flag"].lower(),
            "churn_reason": reasons.get((row["account_id"], row["end_date"]), ""),
        }
        for row in subscriptions
    ]


def trial_end(row: Row) -> str:
    """Return when a trial ends; empty for a paid subscription.

    The source's trials never turn into paid ones: each lasts as long as it does.
    """
    if not is_true(row["is_trial"]):
        return ""
    return row["end_date"] or NO_TRIAL_END_KNOWN


def item(row: Row) -> Row:
    """Return a subscription's one item: its seats at the price of a seat.

    `mrr_amount` is a month's, also where billing is annual, so that an annual item
    costs twelve of it. Seats stay apart from price only where no cent is lost.
    """
    interval, months = choice(INTERVALS, row, "billing_frequency")
    amount = Decimal(row["mrr_amount"]) * months
    quantity, unit_price = seats_and_price(row["seats"], amount)
    return {
        "subscription_item_id": row["subscription_id"].replace("S-", "I-", 1),
        "subscription_id": row["subscription_id"],
        "product_id": choice({plan: plan.lower() for plan in PLANS}, row, "plan_tier"),
        "quantity": str(quantity),
        "unit_price": f"{unit_price:f}",
        "billing_interval": interval,
    }


def seats_and_price(seats: str, amount: Decimal) -> tuple[int, Decimal]:
    """Split an amount into (seats, price of one) whose product is the amount exactly.

    A price has six places. Where seats are not known, are 0, or do not divide the
    amount, it is one unit at the whole amount: money before seats.
    """
    count = int(seats or 0)
    if count > 0:
        price = (amount / count).quantize(_SIX_PLACES)
        if price * count == amount:
            return count, price.normalize()
    return 1, amount


def map_usage(
    usage: list[Row], subscriptions: list[Row], remarks: Remarks
) -> dict[str, list[Row]]:
    """Return events by account and day, and by account, day and feature.

    The source counts by subscription; the contract by account, since people use a
    product and not a contract. `usage_id` is no key: where one is there twice, its
    rows are about different subscriptions, and both count.
    """
    started = {row["subscription_id"]: row["start_date"] for row in subscriptions}
    owner = {row["subscription_id"]: row["account_id"] for row in subscriptions}
    once = {tuple(row.values()): row for row in usage}
    times = Counter(row["usage_id"] for row in once.values())
    repeated = Counter(row["usage_id"] for row in usage) - times
    for usage_id in repeated.elements():
        remarks.add("usage rows set aside, exact repetitions", usage_id)
    by_day: Counter[tuple[str, str]] = Counter()
    by_feature: Counter[tuple[str, str, str]] = Counter()
    for row in once.values():
        subscription, day = row["subscription_id"], row["usage_date"]
        if subscription not in owner:
            remarks.add("usage rows set aside, no such subscription", row["usage_id"])
            continue
        if times[row["usage_id"]] > 1:
            remarks.add(
                "usage rows share their usage_id with another one; all are counted",
                row["usage_id"],
            )
        if day < started[subscription]:
            remarks.add(
                "usage rows are older than their subscription; counted for the account",
                row["usage_id"],
            )
        count = int(row["usage_count"])
        by_day[owner[subscription], day] += count
        by_feature[owner[subscription], day, row["feature_name"]] += count
    return {
        "usage_daily": [
            {"account_id": account_id, "usage_date": day, "events": str(events)}
            for (account_id, day), events in sorted(by_day.items())
        ],
        "usage_features_daily": [
            {
                "account_id": account_id,
                "usage_date": day,
                "feature": feature,
                "events": str(events),
            }
            for (account_id, day, feature), events in sorted(by_feature.items())
        ],
    }


def ticket(row: Row, remarks: Remarks) -> Row:
    """Return one ticket; a first response after its solution is left empty.

    One of the two times is wrong, and nothing says which. The solution counts in more
    places, so that it is kept.
    """
    created = datetime.fromisoformat(row["submitted_at"])
    minutes = row["first_response_time_minutes"]
    responded = created + timedelta(minutes=float(minutes)) if minutes else None
    solved = datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else None
    if responded and solved and responded > solved:
        remarks.add(
            "first responses set aside, later than the ticket's solution",
            row["ticket_id"],
        )
        responded = None
    return {
        "ticket_id": row["ticket_id"],
        "account_id": row["account_id"],
        "priority": choice(PRIORITIES, row, "priority"),
        "is_escalated": row["escalation_flag"].lower(),
        "created_at": created.isoformat(" "),
        "first_responded_at": responded.isoformat(" ") if responded else "",
        "solved_at": solved.isoformat(" ") if solved else "",
        "satisfaction_score": row["satisfaction_score"].removesuffix(".0"),
    }


def note_contradictions(source: dict[str, list[Row]], remarks: Remarks) -> None:
    """Note the accounts whose churn flag their subscriptions do not bear out."""
    is_open = {
        row["account_id"]
        for row in source["ravenstack_subscriptions"]
        if not row["end_date"] and not is_true(row["is_trial"])
    }
    for row in source["ravenstack_accounts"]:
        if is_true(row["churn_flag"]) == (row["account_id"] in is_open):
            remarks.add(
                "churn flags of accounts set aside, subscriptions' dates say otherwise",
                row["account_id"],
            )


def is_true(value: str) -> bool:
    """Return what the source's True and False mean."""
    return value == "True"


def choice(values: dict, row: Row, column: str):
    """Return what a source value stands for; SourceError for an unknown one."""
    if row[column] not in values:
        raise SourceError(
            f"{column} '{row[column]}' is new; say in to_raw_contract.py what it means "
            f"(known: {', '.join(values)})"
        )
    return values[row[column]]


def write_tables(tables: dict[str, list[Row]], remarks: Remarks, out: Path) -> None:
    """Write each table as OUT/<table>.csv, and the remarks as OUT/README.md."""
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    text = "\n".join(
        ["# RavenStack in the raw contract", "", *bullets(remarks.lines())]
    )
    (out / "README.md").write_text(text + "\n", encoding="utf-8")


def bullets(lines: Iterable[str]) -> list[str]:
    """Return Markdown list items."""
    return [f"- {line}" for line in lines]


def main(arguments: list[str]) -> int:
    """Map SOURCE to OUT; 0 when done, 1 for a wrong source, 2 for wrong arguments."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, out = map(Path, arguments)
    remarks = Remarks()
    try:
        if source.resolve() == out.resolve():
            raise SourceError("OUT is SOURCE; choose another folder for OUT")
        tables = map_to_contract(read_source(source), remarks)
        empty = [name for name, rows in tables.items() if not rows]
        if empty:
            raise SourceError(f"{source} gives no row of {', '.join(empty)}")
        write_tables(tables, remarks, out)
    except (SourceError, ValueError, ArithmeticError, OSError) as error:
        print(f"to_raw_contract: {error}", file=sys.stderr)
        return 1
    for name, rows in tables.items():
        print(f"{name}: {len(rows):,} rows")
    print("\nDecided on the way (all keys in README.md there):")
    print("\n".join(bullets(remarks.lines(most=5))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
