"""The command line and publishing: what a user sees, and what readers never see."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, date, datetime

import duckdb
import pytest
from commands import bowtie, refusal

from bowtie.build import BuildResult, _Events, _safe
from bowtie.errors import BowtieError, writing_to
from bowtie.landing import land
from bowtie.memory import memory_limit
from bowtie.paths import Workplace
from bowtie.run import Request, _refuse_changed_files
from bowtie.switches import (
    _HAVE_AN_OPTION,
    choose_as_of,
    known_switches,
    read_switches,
    yesterday,
)
from bowtie.terminal import printable

CANARY = "canary.person@example.com"


# --- Help and options ----------------------------------------------------------------


def test_help_names_every_command_and_says_what_goes_where():
    text = bowtie("--help").stdout
    for word in ("run", "build", "check", "sample", "simulate", "releases"):
        assert f"\n  {word} " in text
    assert "HOME/current/bowtie.duckdb" in text


@pytest.mark.parametrize("command", ["run", "build", "simulate"])
def test_help_of_a_command_shows_an_example(command):
    assert f"\n    bowtie {command}" in bowtie(command, "--help").stdout


@pytest.mark.parametrize(
    "text", ["yesterday", "2025-13-01", "2025-02-30", "20251231", "31.12.2025", ""]
)
def test_a_date_that_is_none_is_refused_in_one_line(text):
    with pytest.raises(BowtieError, match="no day of the calendar") as refused:
        choose_as_of(text, {})
    assert len(refused.value.problems) == 1


def test_a_date_outside_the_calendar_is_refused():
    with pytest.raises(BowtieError, match="outside the calendar"):
        choose_as_of("2050-01-01", {})


@pytest.mark.parametrize("size", ["", "lots", "80%", "6", "0GB", "4GB; drop table"])
def test_a_limit_of_memory_that_is_no_size_is_refused(monkeypatch, size):
    monkeypatch.setenv("BOWTIE_MEMORY_LIMIT", size)
    with pytest.raises(BowtieError, match="no size of memory; give one like 4GB"):
        Request.of()


def test_a_limit_of_memory_is_the_users_or_suits_the_machine(monkeypatch):
    monkeypatch.setenv("BOWTIE_MEMORY_LIMIT", "1.5 GiB")
    assert memory_limit() == "1.5 GiB"
    monkeypatch.delenv("BOWTIE_MEMORY_LIMIT")
    duckdb.connect(config={"memory_limit": memory_limit()}).close()


def test_the_as_of_date_of_the_sample_is_its_own():
    assert choose_as_of(None, {}) == date(2025, 12, 31)


def test_yesterday_is_a_day_of_the_business_time_zone():
    now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert yesterday("UTC", now) == date(2026, 2, 28)
    assert yesterday("Europe/Berlin", now) == date(2026, 3, 1)
    with pytest.raises(BowtieError, match="no IANA time zone"):
        yesterday("Mars/Olympus", now)


def test_an_unknown_switch_is_told_its_neighbour():
    with pytest.raises(BowtieError, match="did you mean 'renewal_grace_days'"):
        read_switches("{renewal_grace_day: 45}")


@pytest.mark.parametrize("text", ["45", "[a, b]", "{a: ", "renewal_grace_days"])
def test_switches_that_are_no_mapping_are_refused(text):
    with pytest.raises(BowtieError, match="not a YAML mapping"):
        read_switches(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{as_of_date: 2025-01-01}", "--as-of"),
        ("{raw_dir: /tmp}", "--raw"),
        ("{raw_way: files}", "--raw"),
    ],
)
def test_a_switch_with_an_option_of_its_own_names_it(text, hint):
    with pytest.raises(BowtieError, match=hint):
        read_switches(text)


# A switch that took any of them would let a setting run SQL, a template or a command.
HOSTILE = [
    "1; drop table core.accounts",
    "USD' or '1'='1",
    "{{ 7 * 7 }}",
    "../../etc/passwd",
    "$(touch pwned)",
    "\u202e1",
    ["0"],
    {"0": "0"},
    True,
    -7,
    0.123456789,
]


@pytest.mark.parametrize(
    "name", sorted(known_switches().keys() - _HAVE_AN_OPTION.keys())
)
def test_a_switch_takes_nothing_but_its_own_kind_of_value(name):
    default = known_switches()[name]
    assert read_switches(json.dumps({name: default})) == {name: default}
    for value in HOSTILE:
        with pytest.raises(BowtieError, match=name) as refused:
            read_switches(json.dumps({name: value}))
        assert len(refused.value.problems) == 1
        assert str(value) not in refused.value.problems[0]


def test_announced_values_are_texts_for_columns_of_the_contract():
    given = {"announced_values": {"crm_activities.purpose": ["audit"]}}
    assert read_switches(json.dumps(given)) == given
    with pytest.raises(BowtieError, match="must be a mapping"):
        read_switches("{announced_values: {crm_activities.nope: [audit]}}")


def test_dates_in_switches_become_iso_text():
    assert read_switches("{dates_from: 2015-01-01}") == {"dates_from": "2015-01-01"}


def test_every_switch_that_the_command_line_sets_is_declared():
    assert {"raw_way", "raw_dir", "landing_dir", "as_of_date"} <= set(known_switches())


def test_mistakes_end_in_one_line_and_exit_code_1(tmp_path):
    home = ("--home", tmp_path / "home")
    assert "is no folder" in refusal("run", "--raw", tmp_path / "absent", *home)
    assert "did you mean" in refusal("run", "--vars", "{dates_form: x}", *home)
    assert "no day of the calendar" in refusal("build", "--as-of", "soon", *home)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("run", "--home"), "--home"),
        (("sample", "--out"), "--out"),
        (("simulate", "--accounts", 1, "--months", 1, "--out"), "--out"),
    ],
)
def test_a_folder_that_cannot_be_is_named_with_the_option(tmp_path, arguments, option):
    file = tmp_path / "file"
    file.touch()
    told = refusal(*arguments, file)
    assert told.count("error:") == 1
    assert str(file) in told
    assert f"a file is in the way: give {option} a folder" in told


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room on its disk, or give --out a folder on another"),
        (errno.EROFS, "give --out a folder that you may write to"),
    ],
)
def test_what_a_disk_refuses_is_said_with_a_remedy(tmp_path, number, remedy):
    with pytest.raises(BowtieError, match=remedy), writing_to("--out", tmp_path):
        raise OSError(number, os.strerror(number))


def test_an_unknown_option_is_a_usage_error():
    assert bowtie("run", "--row", "x").returncode == 2


def test_nothing_in_a_name_can_steer_the_terminal():
    assert printable("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"


# --- What a failed build says --------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "Compilation Error in model dates (models/dates.sql)\n"
            "  var 'dates_from' must be a date such as 2025-12-31\n  > in macro x",
            "var 'dates_from' must be a date such as 2025-12-31",
        ),
        (
            "Runtime Error in model a (a.sql)\n  Binder Error: no column nope\n  LINE",
            "Binder Error: no column nope",
        ),
        (
            f"Runtime Error in model a (a.sql)\n  Conversion Error: Could not convert "
            f"string '{CANARY}' to INT32",
            "Conversion Error; a value is not of its column's type; "
            "staging should refuse it",
        ),
        (f"Runtime Error in seed b\n  CSV Error on Line: 7 {CANARY}", "CSV Error"),
        (f"{CANARY}", "unknown error"),
    ],
)
def test_an_error_is_told_without_data_values(message, told):
    assert _safe(message) == told


def test_each_failed_node_is_one_line_with_its_remedy():
    node = {
        "unique_id": "test.bowtie.x",
        "node_name": "arr_foots",
        "resource_type": "test",
        "node_path": "arr_foots.sql",
        "meta": {"remedy": "look at revenue.arr_events"},
    }
    result, counts = BuildResult(), []
    events = _Events(result, lambda done, total: counts.append((done, total)))
    for name, data in [
        ("ConcurrencyLine", {"node_count": 3}),
        ("LogTestResult", {"node_info": node, "status": "fail", "num_failures": 12}),
        ("RunResultError", {"node_info": node, "msg": "Got 12 results, configured to"}),
    ]:
        line = json.dumps({"info": {"name": name, "msg": ""}, "data": data})
        list(events.read(line))
    assert counts == [(1, 3)]
    assert result.failures == [
        "test 'arr_foots' does not hold (12 rows); look at revenue.arr_events"
    ]


@pytest.mark.parametrize(
    ("shows", "found", "told"),
    [
        ("currency", ["SEK", "NOK", CANARY], "(3 rows: NOK, SEK); deliver"),
        ("currency", list("ABCDEFG"), "(7 rows); deliver"),
        ("currency", [c * 3 for c in "ABCDEFG"], "AAA, BBB, CCC, DDD, EEE, 2 more);"),
        ("account_name", ["SEK"], "(1 row); deliver"),
    ],
)
def test_a_failed_test_shows_codes_and_nothing_else(tmp_path, shows, found, told):
    workplace = Workplace(tmp_path)
    workplace.target.mkdir()
    duckdb.connect(str(workplace.database)).close()
    query = " union all ".join(f"select '{value}' as {shows}" for value in found)
    node = {
        "unique_id": "test.bowtie.x",
        "node_name": "every_currency_has_a_rate",
        "resource_type": "test",
        "meta": {"shows": shows, "remedy": "deliver it"},
    }
    ran = {"results": [{"unique_id": node["unique_id"], "compiled_code": query}]}
    (workplace.target / "run_results.json").write_text(json.dumps(ran))
    result = BuildResult()
    events = _Events(result, lambda done, total: None)
    for name, data in [
        ("LogTestResult", {"status": "fail", "num_failures": len(found)}),
        ("RunResultError", {"msg": "Got results, configured to fail if != 0"}),
    ]:
        data = {**data, "node_info": node}
        list(events.read(json.dumps({"info": {"name": name, "msg": ""}, "data": data})))
    events.show_codes(workplace)
    assert told in result.failures[0]
    assert CANARY not in result.failures[0]


def test_a_crash_of_dbt_leaves_no_values_in_the_log():
    events = _Events(BuildResult(), lambda done, total: None)
    crash = [
        "Traceback (most recent call last):\n",
        '  File "x.py", line 3, in y\n',
        f"    read('{CANARY}')\n",
        f"duckdb.ConversionException: cannot read {CANARY}\n",
    ]
    kept = [entry for line in crash for entry in events.read(line)]
    assert kept == [
        "Traceback (most recent call last):",
        '  File "x.py", line 3, in y',
        "duckdb.ConversionException",
    ]


# --- From end to end -----------------------------------------------------------------


def test_raw_files_that_change_during_the_build_stop_it(tiny_company, tmp_path):
    request = Request.of(tmp_path / "home", tiny_company, "2025-06-30")
    landing = land(tiny_company, tmp_path / "landing")
    _refuse_changed_files(request, landing)
    with (tiny_company / "crm_accounts.csv").open("a") as file:
        file.write("A4,Late,2025-01-01\n")
    with pytest.raises(BowtieError, match=r"crm_accounts\.csv: changed"):
        _refuse_changed_files(request, landing)


@pytest.mark.slow
def test_build_raw_builds_a_private_file_with_all_schemas(tiny_company, build_raw):
    database = build_raw(tiny_company, as_of=date(2025, 6, 30))
    with duckdb.connect(str(database), read_only=True) as file:
        staged = file.execute("select count(*) from staging.stg_crm__accounts")
        assert staged.fetchone() == (3,)


def test_the_sample_company_builds_and_passes_every_dbt_test(sample_warehouse):
    with duckdb.connect(str(sample_warehouse), read_only=True) as file:
        accounts = file.execute("select count(*) from core.accounts").fetchone()
    assert accounts is not None
    assert accounts[0] > 0
