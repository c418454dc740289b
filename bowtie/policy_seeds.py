"""Whether the policy seeds can be read: columns, types of values, names of checks.

A manager edits them by hand. dbt would say what is wrong in the engine's words, without
the row, or as a test of a model far away.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import duckdb
import yaml

from bowtie.errors import BowtieError
from bowtie.paths import PROJECT_DIR
from expectations import every_check

FOLDER = PROJECT_DIR / "seeds" / "policy"
# A column of this name holds one of the checks in expectations/.
_CHECK_NAME = "check_name"
_WORDS = {
    "bigint": "a whole number",
    "boolean": "true or false",
    "date": "a day such as 2025-12-31",
    "decimal": "a number, without separators of thousands,",
}


def check_policy_seeds(folder: Path = FOLDER) -> None:
    """Raise BowtieError with a line for each header, row or value that is wrong.

    Args:
        folder: holds `<seed>.csv`, and in `_*.yml` the columns of each and their types.

    """
    declared = _declared(folder)
    problems = [
        *(
            f"seeds/policy/{name}: is no policy; move a copy out of seeds/policy/, or "
            "describe a new seed in a file _*.yml there"
            for name in _undeclared(folder, declared)
        ),
        *(
            f"seeds/policy/{name}.csv{problem}"
            for name, types in declared.items()
            for problem in _problems(folder / f"{name}.csv", types)
        ),
    ]
    if problems:
        raise BowtieError([*problems, "correct them and run again; nothing was built"])


def _declared(folder: Path) -> dict[str, Mapping[str, str]]:
    """Return the type of each column by seed, as dbt is told them."""
    return {
        seed["name"]: seed["config"]["column_types"]
        for path in sorted(folder.glob("_*.yml"))
        for seed in yaml.safe_load(path.read_text("utf-8"))["seeds"]
    }


def _undeclared(folder: Path, declared: Mapping[str, object]) -> list[str]:
    """Return the CSV files that dbt would take for seeds and nothing describes."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.csv")
        if path.is_file() and (path.parent != folder or path.stem not in declared)
    )


def _problems(path: Path, types: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with one seed, to follow its name."""
    try:
        header, rows = _read(path)
    except FileNotFoundError:
        yield ": is not there; a policy without rows is its header alone"
        return
    except OSError as error:
        yield f": cannot be read ({error.strerror}); put the file back in its place"
        return
    except (UnicodeDecodeError, csv.Error):
        yield ": is no CSV in UTF-8 with commas, quotes round a text that has commas"
        return
    if problem := _header_problem(header, types):
        yield f": {problem}; the header must be {','.join(types)}"
        return
    for line, row in rows:
        if len(row) != len(header):
            yield (
                f", line {line}: has {len(row)} values for {len(header)} columns; put "
                "quotes round a text that has commas"
            )
    whole = [(line, row) for line, row in rows if len(row) == len(header)]
    for column, sql_type in types.items():
        position = header.index(column)
        kind = _WORDS.get(sql_type.partition("(")[0], "a text")
        for place in _misfits([row[position] for _, row in whole], sql_type):
            yield f", line {whole[place][0]}: {column} must be {kind} ({sql_type})"
    if _CHECK_NAME in types:
        yield from _unknown_checks(whole, header.index(_CHECK_NAME))


def _unknown_checks(
    rows: Sequence[tuple[int, Sequence[str]]], position: int
) -> Iterator[str]:
    """Yield the rows of bounds and waivers that no check would ever read."""
    known = {check.name for check in every_check()}
    for line, row in rows:
        name = row[position]
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "expectations/ has them all"
            yield f", line {line}: there is no check '{name}'; {hint}"


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return a seed's header, and its rows by the line on which each ends."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        return header, [(reader.line_num, row) for row in reader if row]


def _header_problem(header: Sequence[str], types: Mapping[str, str]) -> str | None:
    """Return what is wrong with a header; a column more is for whoever keeps it."""
    if missing := [name for name in types if name not in header]:
        others = [f"'{name}'" for name in header if name not in types]
        instead = f", and has {', '.join(others)} instead" if others else ""
        return f"lacks the column {', '.join(missing)}{instead}"
    if len(set(header)) < len(header):
        return "names a column twice"
    return None


def _misfits(values: Sequence[str], sql_type: str) -> list[int]:
    """Return the places of values that the engine cannot cast; an empty one is NULL."""
    found = duckdb.execute(
        f"""
        select place
        from (select unnest($1) as value, generate_subscripts($1, 1) - 1 as place)
        where value <> '' and try_cast(value as {sql_type}) is null
        order by place
        """,
        [list(values)],
    )
    return [place for (place,) in found.fetchall()]
