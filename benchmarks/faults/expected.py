"""What faults.md wants of a delivery, and whether that is what happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from benchmarks.compiled_models import DATABASE
from benchmarks.faults.bench import Reaction
from bowtie.paths import published_schemas

# Tables that say what arrived rather than what it means: they differ by design.
_ABOUT_THE_DELIVERY = {"quality.raw_row_counts", "quality.quality_results"}


@dataclass(frozen=True)
class Seen:
    """A reaction beside the clean company's."""

    reaction: Reaction
    clean: Reaction
    # What the injection says about what it did, for instance the keys it damaged.
    injected: object

    @property
    def new_warnings(self) -> list[str]:
        """Warnings that the clean company does not get."""
        return [
            line for line in self.reaction.warnings if line not in self.clean.warnings
        ]

    @property
    def said(self) -> str:
        """All that a person is told of the delivery."""
        reaction = self.reaction
        return "\n".join((*reaction.blocks, *reaction.warnings, *reaction.notes))

    def rows(self, query: str) -> list[tuple]:
        """Ask the candidate, with the clean company attached as `clean`."""
        with duckdb.connect(config={"threads": 1}) as connection:
            for path, name in (
                (self.reaction.database, DATABASE),
                (self.clean.database, "clean"),
            ):
                connection.execute(f"attach '{path}' as {name} (read_only)")
            connection.execute(f"use {DATABASE}")
            return connection.execute(query).fetchall()


# Returns what is wrong, in words; an empty text: the reaction is the right one.
Judge = Callable[[Seen], str]


@dataclass(frozen=True)
class Expected:
    """The letters of faults.md, and who decides whether they came true."""

    letters: str
    judge: Judge


def blocked(*words: str) -> Expected:
    """Expect that the delivery is stopped by lines that name all of `words`."""

    def judge(seen: Seen) -> str:
        if not seen.reaction.blocks:
            return "published"
        said = "\n".join(seen.reaction.blocks)
        unsaid = [word for word in words if word not in said]
        if unsaid:
            return f"does not name {', '.join(unsaid)}"
        without = [
            line for line in seen.reaction.blocks if not re.search("[;?] ", line)
        ]
        return f"no remedy: {without[0]}" if without else ""

    return Expected("B", judge)


def quarantined(
    table: str, reason: str, rows: int | None = None, warns: bool = True
) -> Expected:
    """Expect the damaged rows among the quarantined, with a reason, and a warning.

    `rows`: how many; by default as many as the injection returned. Without `warns` they
    are refused on purpose, and nobody need know.
    """

    def judge(seen: Seen) -> str:
        if seen.reaction.blocks:
            return f"blocked: {seen.reaction.blocks[0]}"
        injected = len(seen.injected) if isinstance(seen.injected, list) else 1
        wanted = rows or injected
        (found,) = seen.rows(
            f"""
            select count(*) filter (where concat_ws(':', reason, column_name) ilike
            '{reason}%') from (
                select table_name, row_key, reason, column_name
                from {DATABASE}.quality.quarantined_rows
                except all
                select table_name, row_key, reason, column_name
                from clean.quality.quarantined_rows
            ) where table_name = '{table}'
            """
        )[0]
        if found != wanted:
            return f"{found} of {wanted} rows of {table} quarantined as {reason}"
        return "" if seen.new_warnings or not warns else "no warning"

    return Expected("Q", judge)


def accepted(query: str | None = None, note: str | None = None) -> Expected:
    """Expect a publication without alarm.

    Every mart is as the clean company's, unless `query` says what else is to be: it
    returns true. `note`: words that a remark must have.
    """

    def judge(seen: Seen) -> str:
        if seen.reaction.blocks:
            return f"false alarm: {seen.reaction.blocks[0]}"
        if seen.new_warnings:
            return f"false alarm: {seen.new_warnings[0]}"
        if note and not any(note in line for line in seen.reaction.notes):
            return f"no note of {note}"
        if query is None:
            different = differing_marts(seen)
            return f"differs: {', '.join(different[:4])}" if different else ""
        ((is_so,),) = seen.rows(query)
        return "" if is_so else "the figures are not as they should be"

    return Expected("A", judge)


def warned(*words: str, query: str | None = None) -> Expected:
    """Expect a publication with a new warning that names all of `words`."""

    def judge(seen: Seen) -> str:
        if seen.reaction.blocks:
            return f"blocked: {seen.reaction.blocks[0]}"
        said = "\n".join(seen.new_warnings)
        if not said:
            return "no warning"
        if query is not None and seen.rows(query) != [(True,)]:
            return "the figures are not as they should be"
        unsaid = [word for word in words if word not in said]
        return f"does not name {', '.join(unsaid)}" if unsaid else ""

    return Expected("warn", judge)


def either(*choices: Expected) -> Expected:
    """Expect any one of several reactions."""

    def judge(seen: Seen) -> str:
        wrong = [choice.judge(seen) for choice in choices]
        return "" if "" in wrong else " / ".join(wrong)

    return Expected("/".join(choice.letters for choice in choices), judge)


# One CSM of five takes the owner of a fifth of the customers along: beside the day
# before, that is more than one refused row.
OWNERS_LOST = blocked("core.accounts.csm_id")


def differing_marts(seen: Seen) -> list[str]:
    """Return the published tables with other rows than the clean company's."""
    tables = [
        name
        for name in seen.reaction.changed
        if name.partition(".")[0] in published_schemas()
        and name not in _ABOUT_THE_DELIVERY
    ]
    differences = " union all ".join(
        f"""
        select '{name}'
        where exists (from {DATABASE}.{name} except all from clean.{name})
        or exists (from clean.{name} except all from {DATABASE}.{name})
        """
        for name in tables
    )
    return [name for (name,) in seen.rows(differences)] if tables else []
