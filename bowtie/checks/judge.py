"""Judges evidence with Great Expectations: a suite per subject, in memory.

Nothing is written and nothing leaves the machine: the context is ephemeral, analytics
are off, and no documentation is built.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pandas as pd

# Read once, at the import.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as gxe  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402

from bowtie.checks.bounds import Policy  # noqa: E402

# Its warnings would interrupt ours; what goes wrong is in the results.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Failure:
    """An expectation that does not hold, or that raised an error."""

    check_name: str
    scope: str
    # `rows`: no evidence at all; `known`: a figure is missing; else the severity.
    asked: str
    raised: bool


def judge(
    subject: str,
    evidence: pd.DataFrame,
    asked: Collection[tuple[str, str]],
    policy: Policy,
) -> list[Failure]:
    """Return which expectations of a suite fail.

    Args:
        subject: the suite's name.
        evidence: rows of `check_name`, `scope` and `measured`.
        asked: the checks and scopes that must have evidence.
        policy: the bounds, at least of these.

    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("evidence")
    batch = (
        frames.add_dataframe_asset(subject)
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": evidence})
    )
    suite = gx.ExpectationSuite(name=subject)
    for check_name, scope in sorted(asked):
        for expectation in _expectations(check_name, scope, policy):
            suite.add_expectation(expectation)
    validated = batch.validate(suite, result_format="BASIC")
    return [
        Failure(
            **result.expectation_config.meta,
            raised=bool(result.exception_info.get("exception_message"))
            or not {"raised_exception"} <= set(result.exception_info),
        )
        for result in validated.results
        if not result.success
    ]


def _expectations(
    check_name: str, scope: str, policy: Policy
) -> Iterator[gxe.Expectation]:
    """Yield what is expected of one check's rows; never of no rows at all.

    A range holds of an empty frame and of missing figures, so both are asked first.
    """

    def about(asked: str) -> dict[str, object]:
        return {
            "row_condition": f'check_name == "{check_name}" and scope == "{scope}"',
            "condition_parser": "pandas",
            "meta": {"check_name": check_name, "scope": scope, "asked": asked},
        }

    yield gxe.ExpectTableRowCountToBeBetween(min_value=1, **about("rows"))
    yield gxe.ExpectColumnValuesToNotBeNull(column="measured", **about("known"))
    for bound in policy.bounds[check_name, scope]:
        if not bound.is_open:
            yield gxe.ExpectColumnValuesToBeBetween(
                column="measured",
                min_value=bound.at_least,
                max_value=bound.at_most,
                severity="critical" if bound.severity == "block" else "warning",
                **about(bound.severity),
            )
