"""Erases an account: a generation without it, and no generation that has it.

Raw files and warehouse tables are not touched: they belong to who delivers them. The
account's rows are left out of every later build, even if they are delivered again; what
is kept to that end is a hash of its id.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from bowtie import state
from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.generations import (
    Release,
    erased_accounts,
    releases,
    remove_with_erased,
    write,
)
from bowtie.lock import sole_workplace
from bowtie.paths import DATABASE, Home
from bowtie.published_file import open_published
from bowtie.run import Request, build_candidate, publish


@dataclass(frozen=True)
class Erasure:
    """What an erasure did: months of restated ARR, and generations that are gone.

    `months` holds (month as YYYY-MM, company ARR before, now), oldest first, in the
    reporting currency.
    """

    release: Release
    months: list[tuple[str, Decimal, Decimal]]
    removed: list[str]


def erase(request: Request, account_id: str) -> Erasure:
    """Publish a generation without an account, then remove all that have it.

    Args:
        request: what to build, as for a run.
        account_id: as core.accounts has it in the current generation.

    Raises:
        BowtieError: there is no such account, or the run fails or is interrupted. In
            the second case the account stays on the list: the next run leaves it out,
            and removes all that has it. The last line says so.

    """
    home = request.home
    entry = hashlib.md5(account_id.encode()).hexdigest()
    _see_that_it_is_there(home, account_id)
    try:
        return _erase(request, entry)
    except BowtieError as error:
        if entry in erased_accounts(home):
            error.problems.append(
                f"the account stays on the list {home.erased_accounts}: the next run "
                "leaves it out, and removes every generation that has it; to undo the "
                f"erasure, remove the line {entry} from there before that"
            )
        raise


def _erase(request: Request, erased: str) -> Erasure:
    """Put an account, given as hash, on the list, and publish what is without it."""
    home = request.home
    with sole_workplace(home) as workplace:
        hashes = {*erased_accounts(home), erased}
        note = workplace.folder / home.erased_accounts.name
        write(note, "".join(f"{entry}\n" for entry in sorted(hashes)))
        note.replace(home.erased_accounts)
        state.forget(home)
        before = [release.generation for release in releases(home)]
        # What an erased account takes with it is no sign of a fault.
        release = publish(build_candidate(request, workplace), compared_with=None)
        # Publishing did, unless the disk refused: then this says so.
        remove_with_erased(home, workplace)
        left = [release.generation for release in releases(home)]
        removed = [generation for generation in before if generation not in left]
        workplace.remove()
    return Erasure(release, _restated_months(release), removed)


def _see_that_it_is_there(home: Home, account_id: str) -> None:
    """Raise if the current generation has no such account."""
    with open_published(home) as connection:
        found = connection.execute(
            "select count(*) from core.accounts where account_id = $1", [account_id]
        ).fetchone()
    if found == (0,):
        raise BowtieError(
            "core.accounts has no account of this id; if it was merged into another, "
            "name the one that is left"
        )


def _restated_months(release: Release) -> list[tuple[str, Decimal, Decimal]]:
    """Return the closed months whose company ARR the erasure changed."""
    with connect(release.folder / DATABASE, read_only=True) as connection:
        return connection.execute(
            """
            with restated as (
                select month, sum(restated_arr) as restated_arr
                from revenue.restatements
                where account_id = 'erased'
                group by month
            )

            select
                strftime(restated.month, '%Y-%m'),
                coalesce(waterfall.closing_arr, 0) - restated.restated_arr,
                coalesce(waterfall.closing_arr, 0)
            from restated
            -- A month in which it was the only customer is no month of the ledger now.
            left join revenue.arr_waterfall as waterfall
                on
                    restated.month = waterfall.month
                    and waterfall.slice_name = 'all'
            order by restated.month
            """
        ).fetchall()
