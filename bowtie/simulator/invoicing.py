"""Invoices that follow from the contracts: in advance, by billing period.

A change inside a period is pro-rated on an invoice or credit note of its own; usage
is billed in arrears; tax follows the customer's country.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bowtie.simulator.billing import (
    billing_customer_id,
    end_in_force,
    is_known,
    known_subscriptions,
    subscription_id,
    term_shown,
)
from bowtie.simulator.blocks import Block
from bowtie.simulator.calendar import MONTH_OF_DAY, add_months_to_all
from bowtie.simulator.catalogue import COUNTRIES, DECIMALS
from bowtie.simulator.contracts import INTERVAL_DAYS, INTERVAL_MONTHS, period_price
from bowtie.simulator.schemas import AMOUNT
from bowtie.simulator.writing import (
    ParquetFolder,
    choices,
    days,
    decimals,
)

LINE_TYPES = ("recurring", "proration", "usage", "one_time", "tax", "credit")
RECURRING, PRORATION, USAGE, ONE_TIME, TAX, CREDIT = range(len(LINE_TYPES))
FAR = 1 << 30


def write_invoices(folder: ParquetFolder, block: Block) -> None:
    """Write the invoices and invoice lines of the block, issued in the window."""
    source = _Sources(block)
    line = source.lines()
    if not len(line["day"]):
        return
    order = np.lexsort((line["kind"], line["day"], line["subscription"]))
    line = {name: values[order] for name, values in line.items()}
    key = line["subscription"] * (1 << 20) + line["day"]
    unique, invoice = np.unique(key, return_inverse=True)
    subscription, day = unique >> 20, unique & ((1 << 20) - 1)
    net = np.bincount(invoice, weights=line["amount"]).astype(np.int64)
    unit = source.unit[subscription]
    tax = (
        np.rint(net * source.tax[subscription] / 10_000 / unit).astype(np.int64) * unit
    )
    account = source.account[subscription]
    has_tax = np.flatnonzero(tax)
    everything = {
        "invoice": np.concatenate((invoice, has_tax)),
        "kind": np.concatenate((line["kind"], np.full(len(has_tax), TAX))),
        "amount": np.concatenate((line["amount"], tax[has_tax])),
        "from": np.concatenate((line["from"], day[has_tax])),
        "to": np.concatenate((line["to"], day[has_tax])),
    }
    order = np.lexsort((everything["kind"], everything["invoice"]))
    everything = {name: values[order] for name, values in everything.items()}
    invoice_ids = block.ids("INV", account)
    names = pa.array(source.names)
    line_account = account[everything["invoice"]]
    block.write(
        folder,
        "billing_invoice_lines",
        line_account,
        {
            "invoice_line_id": block.ids("INL", line_account),
            "invoice_id": pc.take(invoice_ids, pa.array(everything["invoice"])),
            "subscription_id": pc.take(
                names, pa.array(subscription[everything["invoice"]])
            ),
            "line_type": choices(everything["kind"], LINE_TYPES),
            "period_start": days(everything["from"]),
            "period_end": days(everything["to"]),
            "amount": decimals(everything["amount"], AMOUNT),
        },
    )
    total = net + tax
    due, paid, status = _payments(block, account, day, total)
    customers = pa.array([billing_customer_id(life.account) for life in block.lives])
    block.write(
        folder,
        "billing_invoices",
        account,
        {
            "invoice_id": invoice_ids,
            "billing_customer_id": pc.take(customers, pa.array(account)),
            "subscription_id": pc.take(names, pa.array(subscription)),
            "issued_on": days(day),
            "due_on": days(due),
            "paid_on": days(paid),
            "status": status,
            "currency": pc.take(
                pa.array([life.currency for life in block.lives]), pa.array(account)
            ),
            "total_amount": decimals(total, AMOUNT),
        },
    )


class _Sources:
    """The block's subscriptions as arrays, and the lines that they give rise to.

    Amounts are in thousandths of the currency, rounded to what it can pay.
    """

    def __init__(self, block: Block):
        self.block = block
        as_of = block.settings.as_of
        self.names: list[str] = []
        rows: list[tuple[int, ...]] = []
        recurring: list[tuple[int, ...]] = []
        usage: list[tuple[int, ...]] = []
        once: list[tuple[int, ...]] = []
        prorated: list[tuple[int, ...]] = []
        for row, life in enumerate(block.lives):
            position: dict[int, int] = {}
            known = known_subscriptions(life, as_of)
            unit = 10 ** (3 - DECIMALS[life.currency])
            for subscription in known:
                at = position[subscription.number] = len(rows)
                in_days = subscription.interval in INTERVAL_DAYS
                factor = INTERVAL_DAYS if in_days else INTERVAL_MONTHS
                length = factor[subscription.interval] * subscription.count
                ended = end_in_force(subscription, known, as_of)
                stop = FAR if ended is None else ended
                if subscription.auto_renews is False:
                    term_end = term_shown(subscription, as_of)[1]
                    # In grace nothing is invoiced: there is no contract to invoice.
                    stop = min(stop, term_end)
                rows.append(
                    (
                        row,
                        subscription.anchor,
                        length,
                        in_days,
                        stop,
                        unit,
                        COUNTRIES[life.country][4],
                    )
                )
                self.names.append(subscription_id(life.account, subscription.number))
                for item in subscription.items:
                    end = item.end if is_known(item.end, as_of) else FAR
                    if item.charge == "usage":
                        usage.append((at, item.start, end, period_price(item)))
                    elif item.charge == "one_time":
                        once.append((at, item.start, end, period_price(item)))
                prorated += [
                    (at, day, delta)
                    for day, delta in subscription.prorations
                    if day <= min(as_of, stop) and delta
                ]
            for piece in block.pieces[row]:
                price = period_price(piece.item)
                if price:
                    end = FAR if piece.end is None else piece.end
                    at = position[piece.subscription.number]
                    recurring.append((at, piece.start, end, price))
        table = np.array(rows, dtype=np.int64).reshape(-1, 7).T
        (
            self.account,
            self.anchor,
            self.length,
            self.in_days,
            self.stop,
            self.unit,
            self.tax,
        ) = table
        self.recurring = np.array(recurring, dtype=np.int64).reshape(-1, 4).T
        self.usage = np.array(usage, dtype=np.int64).reshape(-1, 4).T
        self.once = np.array(once, dtype=np.int64).reshape(-1, 4).T
        self.prorated = np.array(prorated, dtype=np.int64).reshape(-1, 3).T

    def period_start(self, subscription: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Return the first day of billing periods."""
        anchor, length = self.anchor[subscription], self.length[subscription]
        in_days = self.in_days[subscription] == 1
        by_day = anchor + number * length
        months = np.where(in_days, 0, number * length)
        return np.where(in_days, by_day, add_months_to_all(anchor, months))

    def first_period(self, subscription: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the number of the first period that starts on or after a day."""
        anchor, length = self.anchor[subscription], self.length[subscription]
        in_days = self.in_days[subscription] == 1
        by_day = -((anchor - day) // length)
        months = MONTH_OF_DAY[day] - MONTH_OF_DAY[anchor]
        by_month = months // length
        late = add_months_to_all(
            anchor, np.where(in_days, 0, np.maximum(by_month, 0) * length)
        )
        by_month += late < day
        return np.maximum(0, np.where(in_days, by_day, by_month))

    def lines(self) -> dict[str, np.ndarray]:
        """Return all lines but tax: subscription, day, kind, amount, from, to."""
        settings = self.block.settings
        parts = [
            self._periodic(self.recurring, RECURRING),
            self._periodic(self.usage, USAGE),
            self._once(),
            self._prorations(),
        ]
        merged = {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }
        keep = (merged["day"] >= settings.window_start) & (
            merged["day"] <= settings.as_of
        )
        keep &= merged["amount"] != 0
        return {name: values[keep] for name, values in merged.items()}

    def _to_unit(self, subscription: np.ndarray, e4: np.ndarray) -> np.ndarray:
        """Round 1e-4 amounts to the currency's smallest coin, in thousandths."""
        unit = self.unit[subscription]
        coin = unit * 10
        return np.sign(e4) * ((2 * np.abs(e4) + coin) // (2 * coin)) * unit

    def _periodic(self, table: np.ndarray, kind: int) -> dict[str, np.ndarray]:
        subscription, start, end, price = table
        settings = self.block.settings
        begin = np.maximum(start, settings.window_start)
        stop = np.minimum(np.minimum(end, self.stop[subscription]), settings.as_of + 1)
        first = self.first_period(subscription, begin)
        last = self.first_period(subscription, np.maximum(stop, begin))
        count = np.where(stop > begin, last - first, 0)
        row = np.repeat(np.arange(len(start)), count)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        owner, number = subscription[row], first[row] + offset
        day = self.period_start(owner, number)
        following = self.period_start(owner, number + 1)
        amount = price[row].astype(np.float64)
        if kind == USAGE:
            # What was used in the period before, about as much as foreseen.
            chance = self.block.chance(purpose=21)
            amount = amount * chance.uniform(0.6, 1.5, len(row))
            following = day
            day_from = self.period_start(owner, np.maximum(number - 1, 0))
            amount[number == 0] = 0
        else:
            day_from = day
        return {
            "subscription": owner,
            "day": day,
            "kind": np.full(len(row), kind),
            "amount": self._to_unit(owner, np.rint(amount).astype(np.int64)),
            "from": day_from,
            "to": following,
        }

    def _once(self) -> dict[str, np.ndarray]:
        subscription, start, end, price = self.once
        return {
            "subscription": subscription,
            "day": start,
            "kind": np.full(len(start), ONE_TIME),
            "amount": self._to_unit(subscription, price),
            "from": start,
            "to": np.minimum(end, start + 1),
        }

    def _prorations(self) -> dict[str, np.ndarray]:
        subscription, day, delta = self.prorated
        following_number = self.first_period(subscription, day)
        following = self.period_start(subscription, following_number)
        previous = self.period_start(subscription, np.maximum(following_number - 1, 0))
        # On a boundary the new price is simply invoiced: nothing is left to share.
        left = np.where(following_number > 0, following - day, 0)
        e4 = np.rint(delta * left / np.maximum(following - previous, 1))
        kind = np.where(delta > 0, PRORATION, CREDIT)
        return {
            "subscription": subscription,
            "day": day,
            "kind": kind,
            "amount": self._to_unit(subscription, e4.astype(np.int64)),
            "from": day,
            "to": following,
        }


def _payments(
    block: Block, account: np.ndarray, day: np.ndarray, total: np.ndarray
) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    """Return due days, paid days (-1 = unpaid) and statuses."""
    chance = block.chance(purpose=20)
    net_days = np.array([life.net_days for life in block.lives])[account]
    due = day + net_days
    count = len(day)
    lag = np.where(net_days == 0, 0, np.rint(chance.normal(-3, 5, count)))
    # Some good customers pay late as well.
    slow = (chance.random(count) < 0.035) & (net_days > 0)
    lag = np.where(slow, chance.integers(5, 40, count), lag)
    failed_card = (chance.random(count) < 0.012) & (net_days == 0)
    lag = np.where(failed_card, chance.integers(2, 12, count), lag)
    paid = np.maximum(due + lag.astype(np.int64), day)
    is_credit = total <= 0
    due, paid = np.where(is_credit, day, due), np.where(is_credit, day, paid)
    written_off = np.zeros(count, dtype=bool)
    for row, life in enumerate(block.lives):
        for start, end in life.overdue:
            low, high = np.searchsorted(account, [row, row + 1])
            unpaid = (day[low:high] >= start) & (day[low:high] < (end or FAR))
            unpaid &= ~is_credit[low:high]
            paid[low:high][unpaid] = -1
            if end is not None and end <= block.settings.as_of - 60:
                written_off[low:high] |= unpaid
    paid = np.where(paid > block.settings.as_of, -1, paid)
    status = np.where(paid >= 0, 0, np.where(written_off, 2, 1))
    return due, paid, choices(status, ("paid", "open", "uncollectible"))
