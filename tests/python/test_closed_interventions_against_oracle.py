"""The work queue, given what calls for somebody: every cell of it and of its tasks.

On which days a trigger calls is proven in `test_interventions_against_oracle.py`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import duckdb
from expansion_renewals import deals_of
from oracle import compare
from oracle.interventions import Held, intervention, queue_positions, tasks
from rows import rows_by_account, rows_of

AS_OF = date(2025, 12, 31)
KEY = ("account_id", "trigger", "opened_on")
# By the field of `Held` that holds them.
ROWS = {
    "states": "select account_id, valid_from, valid_to, arr, touch_tier "
    "from intermediate.int_account_states",
    "events": "select account_id, event_on, movement_type from revenue.arr_events",
    "scores": "select account_id, taken_on as valid_from, score, "
    "case when not is_current then taken_on + 7 end as valid_to "
    "from health.health_scores",
    "terms": "select account_id, life_from, term_end_date, settled_on, "
    "cancel_requested_on from intermediate.int_subscription_terms",
    "touches": "select account_id, touched_on from intermediate.int_human_touches",
    "owners": "select account_id, csm_id, valid_from, valid_to "
    "from core.account_owners",
    "readings": "select account_id, valid_from, valid_to, users, users_before "
    "from intermediate.int_trigger_weeks",
    "conditions": "select account_id, trigger, holds_from, holds_until "
    "from intermediate.int_intervention_conditions",
}
# What other models say in words, or name again.
NOT_COMPARED = ("account_name", "reason")

Rows = list[dict[str, Any]]


def expected_queue(connection: duckdb.DuckDBPyConnection, as_of: date) -> Rows:
    """Return the rows of `health.interventions`, as the oracle has them."""
    runs = rows_of(connection, "from intermediate.int_intervention_runs")
    held = {
        name: rows_by_account(
            connection,
            f"from ({query}) where account_id in "
            "(select account_id from intermediate.int_intervention_runs)",
        )
        for name, query in ROWS.items()
    }
    held["sales"] = _sales(connection, as_of)
    accounts = {
        run["account_id"]: Held(
            **{name: rows.get(run["account_id"], []) for name, rows in held.items()}
        )
        for run in runs
    }
    policies = {
        row["trigger"]: row
        for row in rows_of(connection, "from policy.intervention_triggers")
    }
    days_to_act = {
        (row["trigger"], row["touch_tier"]): row["days_to_act"]
        for row in rows_of(connection, "from policy.intervention_deadlines")
    }
    ((half_arr,),) = connection.execute(
        "select max(arr_from) from policy.touch_tiers"
    ).fetchall()
    found = []
    for run in runs:
        opened = intervention(
            run,
            accounts[run["account_id"]],
            policies[run["trigger"]],
            days_to_act,
            int(half_arr),
            as_of,
        )
        if opened is not None:
            key = {name: {**run, **opened}[name] for name in KEY}
            found.append({**key, **opened, "intervention_id": _id(key)})
    places = queue_positions(found)
    return [
        {**row, "queue_position": places.get(tuple(row[name] for name in KEY))}
        for row in found
    ]


def _sales(connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, Rows]:
    """Return the sales that may answer a signal, by account."""
    sales: dict[str, Rows] = defaultdict(list)
    for deal in deals_of(connection, as_of, "expansion"):
        sales[deal.row["account_id"]].append(
            {
                "created_on": deal.created_on,
                "closed_on": deal.closed_on,
                "is_won": deal.is_won,
            }
        )
    return sales


def _id(key: dict[str, Any]) -> str:
    return "|".join(str(value) for value in key.values())


def expected_tasks(
    connection: duckdb.DuckDBPyConnection, queue: Rows, as_of: date
) -> Rows:
    """Return the rows of `health.playbook_tasks`, as the oracle has them."""
    anchors = {
        row["playbook"]: row["anchor"]
        for row in rows_of(connection, "from policy.playbooks")
    }
    steps: dict[str, Rows] = {}
    for step in rows_of(connection, "from policy.playbook_steps"):
        steps.setdefault(step["playbook"], []).append(step)
    kept = ("intervention_id", "account_id", "csm_id", "trigger", "playbook")
    return [
        {**{name: row[name] for name in kept}, **task}
        for row in queue
        if row["is_open"]
        for task in tasks(row, anchors[row["playbook"]], steps[row["playbook"]], as_of)
    ]


def test_every_cell_of_the_work_queue_and_its_tasks_equals_the_oracle(
    sample_warehouse,
):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        queue = expected_queue(connection, AS_OF)
        todo = expected_tasks(connection, queue, AS_OF)
        found = rows_of(connection, "from health.interventions")
        found_tasks = rows_of(connection, "from health.playbook_tasks")
    assert compare(queue, found, KEY) == []
    assert compare(todo, found_tasks, ("intervention_id", "step")) == []
    assert found[0].keys() - queue[0].keys() == set(NOT_COMPARED)
    assert len(found) > 1_400
    assert {row["outcome"] for row in found} == {
        "recovered", "churned", "expanded", "expired", None
    }  # fmt: skip
    assert any(row["starts_on"] > AS_OF + timedelta(days=7) for row in found_tasks)
