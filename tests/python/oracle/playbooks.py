"""What is to be done about open interventions, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from oracle.health import Row

_WEEK = timedelta(weeks=1)


def tasks(
    intervention: Row, anchor: str, steps: Sequence[Row], as_of: date
) -> Iterator[dict[str, Any]]:
    """Yield an open intervention's rows of `playbook_tasks`.

    `anchor` names the day that the playbook's `steps` are counted from; without it they
    are counted from the opening, as all are that would begin before it.
    """
    opened_on = intervention["opened_on"]
    counted_from = intervention[anchor] or opened_on
    for step in steps:
        starts_on, due_on = (
            max(counted_from + timedelta(days=step[day]), opened_on)
            for day in ("starts_day", "due_day")
        )
        yield {
            **{
                name: intervention[name]
                for name in (
                    *("intervention_id", "account_id", "account_name", "csm_id"),
                    *("trigger", "playbook"),
                )
            },
            **{name: step[name] for name in ("step", "what", "owner_role")},
            "starts_on": starts_on,
            "due_on": due_on,
            "is_past_due": due_on < as_of,
            "is_this_week": starts_on < as_of + _WEEK and not due_on < as_of,
        }
