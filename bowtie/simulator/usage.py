"""Product usage: active users, sessions and events by account and day.

The level is the account's line of usage knots; around it move a weekday pattern, a
holiday dip, a slow wobble of each account's own and the chance of the day.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from bowtie.simulator.blocks import Block
from bowtie.simulator.calendar import MONTH_LENGTH, MONTH_START, month_of, to_date
from bowtie.simulator.catalogue import CORE_FEATURES, FEATURES, PRODUCT_FEATURES
from bowtie.simulator.schemas import DAY
from bowtie.simulator.settings import BLOCK
from bowtie.simulator.writing import (
    ParquetFolder,
    choices,
    days,
)

# Monday to Sunday.
WEEKDAY_LEVEL = np.array([1.0, 1.06, 1.08, 1.04, 0.86, 0.16, 0.13], dtype=np.float32)
# Day 0 of the epoch is a Thursday.
EPOCH_WEEKDAY = 3
WOBBLE_SPREAD, WOBBLE_MEMORY = 0.13, 0.85


def write_usage(folder: ParquetFolder, block: Block) -> None:
    """Write the block's usage_daily, by month, and usage_features_daily."""
    level = _expected_users(block)
    chance = block.chance(purpose=10)
    if block.settings.usage_grain == "weekly":
        _write_weeks(folder, block, chance, level)
    else:
        _write_days(folder, block, chance, level)
    _write_features(folder, block, level)


def _expected_users(block: Block) -> np.ndarray:
    """Return users on an average weekday, wobble in, 0 when not active."""
    chance = block.chance(purpose=11)
    level = block.spread("users")
    weeks = block.settings.days // 7 + 2
    steps = chance.standard_normal((BLOCK, weeks), dtype=np.float32)
    steps *= WOBBLE_SPREAD * np.sqrt(1 - WOBBLE_MEMORY**2)
    steps[:, 0] /= np.sqrt(1 - WOBBLE_MEMORY**2)
    for week in range(1, weeks):
        steps[:, week] += WOBBLE_MEMORY * steps[:, week - 1]
    np.exp(steps, out=steps)
    level *= np.repeat(steps, 7, axis=1)[:, : block.settings.days]
    level *= block.active
    return level


def _seasons(window_days: np.ndarray) -> np.ndarray:
    """Return the factor of each day: weekday, and the quiet end of the year."""
    factor = WEEKDAY_LEVEL[(window_days + EPOCH_WEEKDAY) % 7].copy()
    for column, day in enumerate(window_days.tolist()):
        when = to_date(day)
        if (when.month, when.day) >= (12, 23) or (when.month, when.day) <= (1, 2):
            factor[column] *= 0.45
        elif when.month == 8:
            factor[column] *= 0.88
    return factor


def _write_days(
    folder: ParquetFolder,
    block: Block,
    chance: np.random.Generator,
    level: np.ndarray,
) -> None:
    mean = level * _seasons(block.window_days)
    users = _around(chance, mean)
    np.minimum(users, block.seats, out=users)
    _write_counts(folder, block, chance, users.astype(np.int32), block.window_days)


def _write_weeks(
    folder: ParquetFolder,
    block: Block,
    chance: np.random.Generator,
    level: np.ndarray,
) -> None:
    """Write one row a week, on its Sunday: users seen in the week."""
    sundays = np.flatnonzero((block.window_days + EPOCH_WEEKDAY) % 7 == 6)
    mean = level[:, np.maximum(sundays - 3, 0)] * 1.25
    users = _around(chance, mean)
    np.minimum(users, block.seats[:, sundays], out=users)
    # A part-time week may reach an end of contract: no usage after it.
    users *= block.active[:, sundays]
    week_days = block.window_days[sundays]
    _write_counts(folder, block, chance, users.astype(np.int32), week_days, 4)


def _around(chance: np.random.Generator, mean: np.ndarray) -> np.ndarray:
    """Draw counts around means: Poisson for small ones, its normal limit for large.

    Users of one account do not come independently of each other in full, but they
    log in by habit, so large counts scatter by half of what Poisson would.
    """
    noise = chance.standard_normal(mean.shape, dtype=np.float32)
    counts = np.rint(mean + noise * np.sqrt(mean) * 0.6)
    np.maximum(counts, 0, out=counts)
    small = (mean < 6) & (mean > 0)
    counts[small] = chance.poisson(mean[small])
    return counts


def _write_counts(
    folder: ParquetFolder,
    block: Block,
    chance: np.random.Generator,
    users: np.ndarray,
    row_days: np.ndarray,
    times: int = 1,
) -> None:
    """Write the cells with a user, month by month."""
    intensity = np.exp(chance.normal(2.2, 0.4, BLOCK)).astype(np.float32)
    months = {}
    for month in range(
        month_of(block.settings.window_start), month_of(block.settings.as_of) + 1
    ):
        first = np.searchsorted(row_days, MONTH_START[month])
        last = np.searchsorted(row_days, MONTH_START[month] + MONTH_LENGTH[month])
        months[to_date(int(MONTH_START[month])).isoformat()[:7]] = (first, last)
    for month, (first, last) in months.items():
        account, column = np.nonzero(users[:, first:last])
        active = users[account, column + first]
        count = len(active)
        extra = chance.random((2, count), dtype=np.float32)
        sessions = np.rint(active * times * (1.1 + 1.2 * extra[0])).astype(np.int32)
        events = np.rint(sessions * intensity[account] * (0.6 + 0.8 * extra[1])).astype(
            np.int32
        )
        day = row_days[column + first].astype(np.int32)
        if block.kept < BLOCK:
            keep = account < block.kept
            account, day, active = account[keep], day[keep], active[keep]
            sessions, events = sessions[keep], events[keep]
        table = pa.table(
            {
                "account_id": pa.DictionaryArray.from_arrays(
                    pa.array(account.astype(np.int32)), block.account_ids
                ),
                "usage_date": pa.array(day).cast(DAY),
                "active_users": pa.array(active),
                "sessions": pa.array(sessions),
                "events": pa.array(events),
            }
        )
        folder.add_usage(month, table)


def _write_features(folder: ParquetFolder, block: Block, level: np.ndarray) -> None:
    """Write feature usage: weekly for the upper tiers, every four weeks below.

    Breadth follows usage: a feature drops out when the level falls far enough.
    """
    chance = block.chance(purpose=12)
    breadth = 0.35 + 0.4 * chance.random(BLOCK, dtype=np.float32)
    breadth += 0.08 * np.array([life.quality for life in block.lives])
    appetite = chance.random((BLOCK, len(FEATURES)), dtype=np.float32)
    phase = chance.integers(0, 4, BLOCK)
    peak = np.maximum(level.max(axis=1), 1e-6)
    # Tuesdays: a day on which nearly everyone works.
    tuesdays = np.flatnonzero((block.window_days + EPOCH_WEEKDAY) % 7 == 1)
    owned = _owned_features(block, tuesdays)
    accounts, columns, features = [], [], []
    for number, feature in enumerate(FEATURES):
        here = level[:, tuesdays]
        relative = here / peak[:, None]
        if feature in CORE_FEATURES:
            # A feature is used while the account's breadth, shrunk by a falling
            # level, reaches the feature's place in the order of popularity.
            reach = breadth[:, None] * (0.5 + 0.6 * relative)
            place = (number + appetite[:, number, None]) / (len(CORE_FEATURES) + 1)
            is_used = reach >= place
        else:
            is_used = owned[feature] & (appetite[:, number, None] < 0.9)
        is_used &= here > 0
        weekly = (block.touch < 2)[:, None]
        turn = (np.arange(len(tuesdays))[None, :] + phase[:, None]) % 4 == 0
        account, column = np.nonzero(is_used & (weekly | turn))
        accounts.append(account)
        columns.append(column)
        features.append(np.full(len(account), number))
    account, column, feature = map(np.concatenate, (accounts, columns, features))
    order = np.lexsort((feature, column, account))
    account, column, feature = account[order], column[order], feature[order]
    mean = level[account, tuesdays[column]] * (0.9 - 0.06 * feature)
    users = np.maximum(1, np.rint(mean * (0.8 + 0.4 * chance.random(len(mean)))))
    users = np.minimum(users, np.maximum(1, block.seats[account, tuesdays[column]]))
    events = np.rint(users * (2 + 8 * chance.random(len(mean))))
    block.write(
        folder,
        "usage_features_daily",
        account,
        {
            "account_id": block.account_column(account),
            "usage_date": days(block.window_days[tuesdays[column]]),
            "feature": choices(feature, FEATURES),
            "active_users": users.astype(np.int32),
            "events": events.astype(np.int32),
        },
    )


def _owned_features(block: Block, columns: np.ndarray) -> dict[str, np.ndarray]:
    """Return, by feature, where an account has bought it and took it into use."""
    shape = (BLOCK, len(columns))
    owned = {
        name: np.zeros(shape, dtype=bool)
        for names in PRODUCT_FEATURES.values()
        for name in names
    }
    sample_days = block.window_days[columns]
    for row, life in enumerate(block.lives):
        for product, start, end, is_used in life.add_on_use:
            if not is_used or product not in PRODUCT_FEATURES:
                continue
            while_owned = sample_days >= start
            if end is not None:
                while_owned &= sample_days < end
            for name in PRODUCT_FEATURES[product]:
                owned[name][row] |= while_owned
    return owned
