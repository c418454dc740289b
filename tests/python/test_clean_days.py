"""Days on which nothing is wrong raise no alarm; `make clean-days` has 200 of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.clean_days.__main__ import CAMPAIGN, run_series
from benchmarks.faults.bench import Bench

# `make clean-days` is the campaign; two days of it take a minute.
pytestmark = pytest.mark.slow


def test_a_leap_day_and_the_day_after_raise_no_alarm(
    compiled_project: Bench, tmp_path: Path
) -> None:
    series = replace(CAMPAIGN[0], first_day=date(2024, 2, 29), days=2, accounts=40)
    days = list(run_series(compiled_project, series, tmp_path))
    assert [day.blocks + day.warnings for day in days] == [[], []]
    assert all(day.checks > 100 for day in days)
