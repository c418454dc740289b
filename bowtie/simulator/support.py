"""Support tickets and survey answers: both follow how the account feels."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from bowtie.simulator.blocks import Block, office_seconds, pick
from bowtie.simulator.companies import People
from bowtie.simulator.settings import BLOCK
from bowtie.simulator.writing import ParquetFolder, choices, times

PRIORITIES = ("low", "normal", "high", "critical")
CATEGORIES = ("how-to", "bug", "integration", "performance", "billing", "access")
# Median hours to solve, by priority.
SOLVED_IN = np.array([60.0, 36.0, 20.0, 11.0])


def write_tickets(folder: ParquetFolder, block: Block) -> None:
    """Write support_tickets: a background that rises with discontent, and planted."""
    chance = block.chance(purpose=50)
    settings = block.settings
    monthly = np.array([life.segment.tickets_a_month for life in block.lives])
    weeks = np.arange(0, settings.days, 7)
    mood = block.wellbeing[:, weeks]
    mean = (monthly / 4.3)[:, None] * np.exp(-0.3 * mood) * block.active[:, weeks]
    number = chance.poisson(mean)
    account, week = np.nonzero(number)
    repeat = number[account, week]
    account, week = np.repeat(account, repeat), np.repeat(week, repeat)
    day = settings.window_start + weeks[week] + chance.integers(0, 7, len(account))
    mood = block.at(block.wellbeing, account, day)
    draw = chance.random(len(account)) + 0.03 * np.clip(-mood, -1, 2)
    priority = np.searchsorted((0.3, 0.8, 0.965), draw)
    hours = SOLVED_IN[priority] * np.exp(chance.normal(0, 0.7, len(account)))
    escalated = (priority >= 2) & (chance.random(len(account)) < 0.06)
    planted = [
        (row, day_opened, PRIORITIES.index(level), is_escalated, solve_days * 24)
        for row, life in enumerate(block.lives)
        for day_opened, is_escalated, solve_days, level in life.hot_tickets
    ]
    if planted:
        columns = [np.array(column) for column in zip(*planted, strict=True)]
        account = np.concatenate((account, columns[0]))
        day = np.concatenate((day, columns[1]))
        priority = np.concatenate((priority, columns[2]))
        escalated = np.concatenate((escalated, columns[3]))
        hours = np.concatenate((hours, columns[4]))
    keep = block.is_active(account, day)
    order = np.lexsort((priority, day, account))
    order = order[keep[order]]
    account, day, priority, escalated, hours = (
        values[order] for values in (account, day, priority, escalated, hours)
    )
    created = office_seconds(chance, day)
    last = (settings.as_of + 1) * 86_400 - 1
    responded = created + (600 + 6 * 3_600 * chance.random(len(day)) ** 2).astype(int)
    solved = np.maximum(responded + 300, created + (hours * 3_600).astype(np.int64))
    mood = block.at(block.wellbeing, account, day)
    score = np.rint(4.1 + 0.35 * mood - hours / 200 + chance.normal(0, 0.7, len(day)))
    unscored = (chance.random(len(day)) > 0.4) | (solved > last)
    block.write(
        folder,
        "support_tickets",
        account,
        {
            "ticket_id": block.ids("TIC", account),
            "account_id": block.account_column(account),
            "subject": pick(
                chance,
                len(day),
                (
                    "Question",
                    "Error on a page",
                    "Slow report",
                    "Import fails",
                    "Access",
                ),
                (0.3, 0.25, 0.15, 0.15, 0.15),
            ),
            "category": pick(
                chance, len(day), CATEGORIES, (0.3, 0.22, 0.14, 0.12, 0.1, 0.12)
            ),
            "priority": choices(priority, PRIORITIES),
            "is_escalated": pa.array(escalated),
            "created_at": times(created),
            "first_responded_at": times(np.where(responded > last, -1, responded)),
            "solved_at": times(np.where(solved > last, -1, solved)),
            "satisfaction_score": pa.array(
                np.clip(score, 1, 5).astype(np.int32), mask=unscored
            ),
        },
    )


def write_surveys(folder: ParquetFolder, block: Block, people: People) -> None:
    """Write survey_responses: NPS twice a year, CSAT and CES now and then."""
    chance = block.chance(purpose=51)
    settings = block.settings
    rate = np.array([life.segment.survey_rate for life in block.lives])
    parts = []
    phase = chance.integers(0, 182, BLOCK)
    for kind, every, factor in ((0, 182, 1.0), (1, 120, 0.35), (2, 240, 0.25)):
        for begin in range(-182, settings.days, every):
            answers = chance.random(BLOCK) < rate * factor
            account = np.flatnonzero(answers)
            day = settings.window_start + begin + phase[account]
            day += chance.integers(0, 10, len(account))
            parts.append((account, day, np.full(len(account), kind), False))
    planted = [
        (row, day) for row, life in enumerate(block.lives) for day in life.poor_surveys
    ]
    if planted:
        rows, poor_days = (np.array(column) for column in zip(*planted, strict=True))
        parts.append((rows, poor_days, np.zeros(len(rows), dtype=int), True))
    account = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([part[2] for part in parts])
    poor = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    keep = block.is_active(account, day) & block.is_real[account]
    order = np.lexsort((kind, day, account))
    order = order[keep[order]]
    account, day, kind, poor = account[order], day[order], kind[order], poor[order]
    mood = block.at(block.wellbeing, account, day - 7)
    noise = chance.normal(0, 1, len(day))
    nps = np.clip(np.rint(7.7 + 1.1 * mood + 1.8 * noise), 0, 10)
    nps = np.where(poor, chance.integers(0, 6, len(day)), nps)
    csat = np.clip(np.rint(4.0 + 0.4 * mood + 0.8 * noise), 1, 5)
    ces = np.clip(np.rint(5.2 + 0.5 * mood + 1.1 * noise), 1, 7)
    score = np.where(kind == 0, nps, np.where(kind == 1, csat, ces))
    comments = ("Works for us", "Could be faster", "Hard to find things", "Thank you")
    comment = np.where(
        chance.random(len(day)) < 0.25, chance.integers(0, len(comments), len(day)), -1
    )
    seconds = office_seconds(chance, day)
    block.write(
        folder,
        "survey_responses",
        account,
        {
            "response_id": block.ids("SUR", account),
            "account_id": block.account_column(account),
            "contact_id": pa.array(people.contact_on(account, day), type=pa.string()),
            "survey_type": choices(kind, ("nps", "csat", "ces")),
            "score": pa.array(score.astype(np.int32)),
            "responded_at": times(seconds),
            "comment": choices(comment, comments),
        },
    )
