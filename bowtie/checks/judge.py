"""Judges evidence with Great Expectations: a suite per subject, in memory.

Nothing is written and nothing leaves the machine: the context is ephemeral, analytics
are off, and no documentation is built.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection

import pandas as pd

# Read once, at the import.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.row_conditions import Column

from bowtie.checks.bounds import Bound, Policy
from bowtie.checks.verdict import Asked, Verdict

# Its warnings would interrupt ours; what goes wrong is in the results.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


def judge(
    subject: str,
    evidence: pd.DataFrame,
    asked: Collection[Asked],
    policy: Policy,
) -> Verdict:
    """Judge the evidence of one subject.

    A range holds of no rows at all and of missing figures, so the suite first asks that
    every check has rows, and every row its figure.

    Args:
        subject: the suite's name.
        evidence: rows of `check_name`, `scope` and `measured`.
        asked: the checks and scopes that must have evidence.
        policy: the bounds, at least of these.

    """
    evidence = evidence.assign(asked=evidence["check_name"] + "/" + evidence["scope"])
    names = sorted(map("/".join, asked))
    about_all = {"asked": sorted(asked), "severity": None}
    expectations = [
        gxe.ExpectColumnDistinctValuesToContainSet(
            column="asked", value_set=names, meta=about_all
        ),
        gxe.ExpectColumnValuesToNotBeNull(column="measured", meta=about_all),
        *(
            _within(bound, check_name, scope)
            for check_name, scope in sorted(asked)
            for bound in policy.bounds[check_name, scope]
            if not bound.is_open
        ),
    ]
    results = _broken(subject, expectations, evidence)
    broken: dict[Asked, frozenset[str]] = {}
    unjudged: set[Asked] = set()
    for result in results:
        about = result.expectation_config.meta
        those = {(check_name, scope) for check_name, scope in about["asked"]}
        if result.exception_info.get("raised_exception") is not False:
            unjudged |= those
        elif about["severity"] is None:
            incomplete = set(evidence["asked"][evidence["measured"].isna()])
            incomplete |= set(names) - set(evidence["asked"])
            unjudged |= {one for one in those if "/".join(one) in incomplete}
        else:
            (one,) = those
            broken[one] = broken.get(one, frozenset()) | {about["severity"]}
    return Verdict(broken, frozenset(unjudged))


def _within(bound: Bound, check_name: str, scope: str) -> gxe.Expectation:
    """Expect of the rows of one check and scope that they keep to a bound."""
    return gxe.ExpectColumnValuesToBeBetween(
        column="measured",
        min_value=bound.at_least,
        max_value=bound.at_most,
        severity="critical" if bound.severity == "block" else "warning",
        row_condition=Column("asked") == f"{check_name}/{scope}",
        meta={"asked": [(check_name, scope)], "severity": bound.severity},
    )


def _broken(
    subject: str, expectations: list[gxe.Expectation], evidence: pd.DataFrame
) -> list[ExpectationValidationResult]:
    """Return the results of the expectations that do not hold, or raised an error."""
    in_memory = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=in_memory)
    batch = (
        context.data_sources.add_pandas("evidence")
        .add_dataframe_asset(subject)
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": evidence})
    )
    suite = gx.ExpectationSuite(name=subject, expectations=expectations)
    validated = batch.validate(suite, result_format="BASIC")
    return [result for result in validated.results if not result.success]
