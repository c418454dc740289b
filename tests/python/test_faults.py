"""One fault for each way in which a fault is caught; `make faults` has all of them."""

from __future__ import annotations

import pytest

from benchmarks.faults.campaign import run_case, set_up
from benchmarks.faults.cases import all_faults

CASES = [
    ("S09", "one row with a field more"),
    ("T08", "crm_csms.weekly_hours = 'N/A'"),
    ("K05", "crm_contacts: contact_id of another account's row"),
    ("K07", "crm_account_owners.account_id: lower case"),
    ("D03", "crm_contacts: left_at before created_at, 30 %"),
    ("X01", "crm_contacts.contact_name is hostile"),
]


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return set_up(tmp_path_factory.mktemp("faults"), 60, with_day_before=False)


def test_a_clean_company_raises_no_alarm(clean):
    assert clean.false_alarms == []


@pytest.mark.parametrize(("id", "variant"), CASES)
def test_a_fault_gets_its_reaction(clean, id, variant):
    (fault,) = (f for f in all_faults() if (f.id, f.variant) == (id, variant))
    assert run_case(clean, fault, later=False).wrong == ""
