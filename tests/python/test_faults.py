"""One fault for each way in which a fault is caught; `make faults` has all of them."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.faults.campaign import FIRST, run_case, set_up
from benchmarks.faults.cases import all_faults
from benchmarks.faults.plain_judge import judge_plainly
from bowtie.checks.bounds import read_policy
from bowtie.checks.evidence import opened

CASES = [
    ("S09", "one row with a field more"),
    ("T08", "crm_csms.weekly_hours = 'N/A'"),
    ("K05", "crm_contacts: contact_id of another account's row"),
    ("K07", "crm_account_owners.account_id: lower case"),
    ("D03", "crm_contacts: left_at before created_at, 30 %"),
    ("X01", "crm_contacts.contact_name is hostile"),
]


@pytest.fixture(scope="module")
def clean(tmp_path_factory, compiled_project):
    folder = tmp_path_factory.mktemp("faults")
    return set_up(folder, 60, with_day_before=False, bench=compiled_project)


def test_a_clean_company_raises_no_alarm(clean):
    assert clean.false_alarms == []


@pytest.mark.parametrize(("id", "variant"), CASES)
def test_a_fault_gets_its_reaction(clean, id, variant):
    (fault,) = (f for f in all_faults() if (f.id, f.variant) == (id, variant))
    assert [verdict.wrong for verdict in run_case(clean, fault, [FIRST])] == [""]


def test_both_judges_say_the_same_at_every_bound(clean):
    """The campaign judges without Great Expectations, which would cost it hours."""
    from bowtie.checks.judge import judge

    with opened(clean.first.database, None) as connection:
        policy = read_policy(connection)
    edges = [
        {"check_name": name, "scope": scope, "measured": edge + step, "step": step}
        for (name, scope), bounds in policy.bounds.items()
        for bound in bounds
        for edge in (bound.at_least, bound.at_most)
        if edge is not None
        for step in (-1e-6, 0.0, 1e-6)
    ]
    for step in (-1e-6, 0.0, 1e-6):
        evidence = pd.DataFrame([row for row in edges if row["step"] == step])
        evidence = evidence.drop_duplicates(["check_name", "scope"])
        asked = set(zip(evidence["check_name"], evidence["scope"], strict=True))
        absent = {("refused_rows", "*"), ("refused_arr", "*")}
        evidence = evidence[evidence["check_name"] != "refused_rows"]
        evidence.loc[evidence["check_name"] == "refused_arr", "measured"] = None
        said = [how("all", evidence, asked, policy) for how in (judge, judge_plainly)]
        assert said[0].unjudged == said[1].unjudged == absent
        judged = [
            {one: v.broken[one] for one in v.broken if one not in absent} for v in said
        ]
        assert judged[0] == judged[1]
        assert judged[0] or step == 0
