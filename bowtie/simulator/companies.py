"""CRM accounts and the people there."""

from __future__ import annotations

import numpy as np

from bowtie.simulator.billing import account_id, domain
from bowtie.simulator.blocks import Block
from bowtie.simulator.catalogue import COUNTRIES
from bowtie.simulator.lives import Life
from bowtie.simulator.writing import ParquetFolder, times

_FIRST = ("Ba", "Ce", "Dro", "Fi", "Gu", "Hel", "Jo", "Ka", "Lu", "Mo", "Ne", "Qui")
_MIDDLE = ("va", "li", "ro", "ne", "tu", "xo", "mi", "da", "pe", "so")
_LAST = ("Works", "Systems", "Trading", "Group", "Labs", "Partners")
_PERSON = ("Ano", "Bil", "Cor", "Dee", "Emu", "Fen", "Gro", "Hix", "Ira", "Jax")
_SURNAME = ("Example", "Sampleton", "Invented", "Nobody", "Fictiva", "Madeup")
_TITLES = {
    "champion": ("Director of Analytics", "Head of Operations", "Programme Lead"),
    "executive_sponsor": ("Chief Operating Officer", "VP Operations"),
    "admin": ("System Administrator", "IT Manager"),
    "end_user": ("Analyst", "Coordinator", "Specialist", "Team Lead"),
}


def write_accounts(folder: ParquetFolder, block: Block) -> None:
    """Write crm_accounts of the kept accounts."""
    rows = []
    settings = block.settings
    for life in block.lives[: block.kept]:
        chance = settings.account_chance(life.account, purpose=6)
        number = life.account + 1
        word = chance.choice(_FIRST) + chance.choice(_MIDDLE) + chance.choice(_MIDDLE)
        name = f"{word} {chance.choice(_LAST)} {number:06d}"
        country, region = COUNTRIES[life.country][:2]
        seats = life.seats[0][1] if life.seats else chance.randrange(5, 200)
        created = min(life.created, settings.as_of)
        has_related = life.related is not None
        related = account_id(life.related) if has_related else None
        rows.append(
            (
                account_id(life.account),
                f"Test {name}" if life.kind == "test" else name,
                related if life.kind == "child" else None,
                related if life.kind == "merged" else None,
                domain(life.account),
                None if chance.random() < 0.01 else life.industry,
                region,
                country,
                max(seats, int(seats * chance.uniform(1.5, 12))),
                created * 86_400 + chance.randrange(1_800, 18_000),
                life.kind == "test",
                chance.randrange(created, settings.as_of + 1) * 86_400 + 64_800,
            )
        )
    names = folder.columns("crm_accounts")
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[9], columns[11] = times(columns[9]), times(columns[11])
    folder.add("crm_accounts", dict(zip(names, columns, strict=True)))


class People:
    """The contacts of a block's accounts.

    `champion` and `stable` are contact numbers by account: the first champion, and
    somebody who stays; `champion_leaves` is the day on which the first one goes.
    """

    def __init__(self, block: Block):
        self.block = block
        self.rows: list[tuple] = []
        size = len(block.lives)
        self.stable = np.zeros(size, dtype=np.int64)
        self.champion_leaves = np.full(size, 1 << 30)
        for row, life in enumerate(block.lives):
            if life.kind == "merged":
                continue
            self._people_of(row, life)

    def _people_of(self, row: int, life: Life) -> None:
        settings = self.block.settings
        chance = settings.account_chance(life.account, purpose=7)
        count = chance.randint(*life.segment.contacts)
        personas = ["champion"]
        if chance.random() < {"high": 0.85, "mid": 0.65}.get(life.segment.touch, 0.25):
            personas.append("executive_sponsor")
        if chance.random() < 0.6:
            personas.append("admin")
        personas += ["end_user"] * max(0, count - len(personas))
        joins = [life.created] * len(personas)
        leaves: list[int | None] = [None] * len(personas)
        # The last of them stays, whatever happens to the others.
        for number in range(1, len(personas) - 1):
            if chance.random() < 0.08:
                later = life.created + chance.randrange(60, 1_500)
                leaves[number] = later
        holder = 0
        for left, replaced in life.champion_moves:
            if left > settings.as_of or left <= joins[holder]:
                continue
            leaves[holder] = left
            if holder == 0:
                self.champion_leaves[row] = left
            if replaced is not None and replaced <= settings.as_of:
                personas.append("champion")
                joins.append(replaced)
                leaves.append(None)
                holder = len(personas) - 1
            else:
                break
        first_count = len(personas) - sum(day != life.created for day in joins)
        self.stable[row] = first_count if first_count > 1 else 0
        for number, persona in enumerate(personas):
            left = leaves[number]
            known = left is not None and left <= settings.as_of
            self.rows.append(
                (
                    row,
                    contact_id(life.account, number + 1),
                    account_id(life.account),
                    f"{chance.choice(_PERSON)} {chance.choice(_SURNAME)}",
                    f"contact{number + 1}@{domain(life.account)}",
                    chance.choice(_TITLES[persona]),
                    persona,
                    min(joins[number], settings.as_of) * 86_400
                    + chance.randrange(18_600, 24_600),
                    left * 86_400 + 75_600 if known else -1,
                )
            )

    def contact_on(self, account: np.ndarray, day: np.ndarray) -> list[str | None]:
        """Return whom the company meets: the champion, else somebody who stays."""
        champion = self.champion_leaves[account] > day
        number = np.where(champion, 1, self.stable[account])
        first = self.block.first
        return [
            contact_id(first + a, n) if n else None
            for a, n in zip(account.tolist(), number.tolist(), strict=True)
        ]

    def write(self, folder: ParquetFolder) -> None:
        """Write crm_contacts of the kept accounts."""
        kept = [row[1:] for row in self.rows if row[0] < self.block.kept]
        if not kept:
            return
        columns = list(zip(*kept, strict=True))
        columns[6], columns[7] = times(columns[6]), times(columns[7])
        names = folder.columns("crm_contacts")
        folder.add("crm_contacts", dict(zip(names, columns, strict=True)))


def contact_id(account: int, number: int) -> str:
    """Return the id of an account's contact."""
    return f"CON-{account + 1:07d}-{number}"
