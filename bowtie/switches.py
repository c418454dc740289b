"""The switches of a run: dbt's vars, checked before dbt starts.

What each means is said where it is declared, in dbt_project.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any

import duckdb
import yaml

from bowtie.errors import BowtieError
from bowtie.paths import PROJECT_DIR
from bowtie.switch_kinds import is_time_zone, kind_of

# These have an option of their own, which checks more.
_HAVE_AN_OPTION = {
    "as_of_date": "--as-of DATE",
    "raw_dir": "--raw DIR",
    "landing_dir": "--raw DIR",
    "changed_usage_weeks": "--raw DIR",
    "erased_accounts": "bowtie erase ACCOUNT",
}
SAMPLE_AS_OF = date(2025, 12, 31)


@cache
def known_switches() -> Mapping[str, Any]:
    """Return every var that dbt_project.yml declares, with its default."""
    text = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["vars"]


def read_switches(text: str | None) -> dict[str, Any]:
    """Return the mapping that `--vars` gives, dates as ISO text.

    Raises:
        BowtieError: it is no mapping, or names what is no switch.

    """
    if not text:
        return {}
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError:
        given = None
    if not isinstance(given, dict):
        raise BowtieError(
            "--vars is not a YAML mapping; write --vars '{renewal_grace_days: 45}'"
        )
    given = {name: _plain(value) for name, value in given.items()}
    problems = [
        problem
        for name, value in given.items()
        if (problem := _problem_with(name, value))
    ]
    if problems:
        raise BowtieError(problems)
    return given


def _problem_with(name: Any, value: Any) -> str | None:
    """Return what is wrong with one entry of `--vars`; never the value itself."""
    if name in _HAVE_AN_OPTION:
        return f"--vars: '{name}' is given with {_HAVE_AN_OPTION[name]}"
    if name == "raw_way":
        if value in ("sample", "warehouse"):
            return None
        return "--vars: raw_way is sample or warehouse; for files use --raw DIR"
    if name in known_switches():
        fits = kind_of(name).allows(value)
        if fits or (value is None and known_switches()[name] is None):
            return None
        return f"--vars: '{name}' must be {kind_of(name).words}"
    near = get_close_matches(str(name), known_switches(), n=1)
    hint = f"did you mean '{near[0]}'?" if near else "dbt_project.yml lists them"
    return f"--vars: there is no switch '{name}'; {hint}"


def _plain(value: Any) -> Any:
    """Return a YAML value as JSON would have it: dates become ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def read_date(option: str, text: str) -> date:
    """Return an ISO date given to an option, or say what is wrong with it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # Python reads 20251231 and 2025-W01-1 too; dbt's vars do not.
    if day is None or day.isoformat() != text:
        raise BowtieError(
            f"{option} '{text}' is no day of the calendar; write it as 2025-12-31"
        )
    return day


def choose_as_of(text: str | None, switches: Mapping[str, Any]) -> date:
    """Return the day as of which a run computes.

    Not given, it is the sample's own, or yesterday in the business time zone: looked
    up once, here, so that a run over midnight has one answer.
    """
    all_switches = {**known_switches(), **switches}
    if text is not None:
        as_of = read_date("--as-of", text)
    elif all_switches["raw_way"] == "sample":
        as_of = SAMPLE_AS_OF
    else:
        as_of = yesterday(str(all_switches["business_timezone"]), datetime.now(UTC))
    first, last = str(all_switches["dates_from"]), str(all_switches["dates_to"])
    if not first <= as_of.isoformat() <= last:
        raise BowtieError(
            f"{as_of} lies outside the calendar ({first} to {last}); "
            "give another --as-of, or dates_from and dates_to in --vars"
        )
    return as_of


def yesterday(time_zone: str, now: datetime) -> date:
    """Return the day before the one that `now` is in a time zone (IANA name)."""
    if not is_time_zone(time_zone):
        raise BowtieError(
            f"business_timezone '{time_zone}' is no IANA time zone "
            "such as Europe/Berlin"
        )
    moment = now.astimezone(UTC).replace(tzinfo=None)
    row = duckdb.execute(
        "select cast(timezone(?, timezone('UTC', ?::timestamp)) as date) - 1",
        [time_zone, moment],
    ).fetchone()
    assert row is not None
    return row[0]
