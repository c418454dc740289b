"""For each rule, a tiny project in which it has something to complain of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .project import PACKAGE, Project


def _node(
    kind: str, path: str, reads: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """Return a node as dbt's manifest has it, sound but for what `more` says."""
    name = path.rsplit("/", 1)[-1].split(".")[0]
    return {
        "unique_id": f"{kind}.{PACKAGE}.{name}",
        "resource_type": kind,
        "package_name": PACKAGE,
        "name": name,
        "original_file_path": path,
        "patch_path": f"{PACKAGE}://{path.rsplit('.', 1)[0]}.yml",
        "description": "One row per thing.",
        "raw_code": "-- One row per thing.\nselect * from final\n",
        "columns": {},
        "config": {"materialized": "table", "contract": {"enforced": True}},
        "depends_on": {"nodes": list(reads)},
        **more,
    }


def _project(*nodes: Mapping[str, Any], **files: str) -> Project:
    """Return a project of some nodes and of files, `__` in their names being `/`."""
    return Project(
        manifest={
            "nodes": {
                n["unique_id"]: n for n in nodes if n["resource_type"] != "macro"
            },
            "macros": {
                n["unique_id"]: n for n in nodes if n["resource_type"] == "macro"
            },
        },
        files={
            path.replace("__", "/").replace("_DOT_", "."): text
            for path, text in files.items()
        },
    )


def _model_file(text: str) -> Project:
    return _project(models__marts__core__things_DOT_sql=text)


def _macro(path: str, sql: str, **more: Any) -> dict[str, Any]:
    return _node("macro", path, macro_sql=sql, arguments=[], **more)


def _column(name: str, description: str = "A unit.", **more: Any) -> dict[str, Any]:
    column = {"name": name, "description": description, "data_type": "date", **more}
    return {name: column}


_RAW = _node("seed", "seeds/raw/crm/crm_accounts.csv")
_BASE = _node("model", "models/staging/crm/base/base_crm__accounts.sql")
_STAGED = _node("model", "models/staging/crm/stg_crm__accounts.sql")
_STEP = _node("model", "models/marts/core/intermediate/int_steps.sql")
_MART = _node("model", "models/marts/core/things.sql")
_THINGS = "models/marts/core/things.sql"


def _reads(path: str, parent: Mapping[str, Any]) -> Project:
    return _project(parent, _node("model", path, (parent["unique_id"],)))


DOCTORED: dict[str, Project] = {
    "only_staging_reads_raw_rows": _reads(_THINGS, _RAW),
    "staging_knows_nothing_of_marts": _reads(_STAGED["original_file_path"], _MART),
    "only_staging_and_quality_read_base_models": _reads(_THINGS, _BASE),
    "no_mart_reads_a_step_of_another": _reads("models/marts/revenue/lines.sql", _STEP),
    "every_raw_table_has_one_base_model_and_one_staging_view": _project(_BASE),
    "model_of_a_mart_is_a_plural_noun": _project(
        _node("model", "models/marts/core/thing.sql")
    ),
    "staging_model_is_named_after_its_system": _project(
        _node("model", "models/staging/billing/stg_crm__accounts.sql")
    ),
    "mart_has_a_yaml_file_of_its_own_name": _project(
        _node("model", _THINGS, patch_path=f"{PACKAGE}://models/marts/core/core.yml")
    ),
    "yaml_file_of_a_mart_describes_one_model": _project(
        _MART, models__marts__core__others_DOT_yml="models: [{name: things}]"
    ),
    "test_has_a_sentence_for_a_name": _project(_node("test", "tests/data/check_1.sql")),
    "model_file_opens_with_its_grain": _project(
        _node("model", _THINGS, raw_code="select 1\n-- One row per thing.\n")
    ),
    "every_column_of_a_staging_view_is_described": _project(
        _node(
            "model",
            "models/staging/crm/stg_crm__accounts.sql",
            columns=_column("seen_on"),
            raw_code="with final as (\n    select\n        judged.seen_on,\n"
            "        coalesce(judged.a, 0) as b\n    from judged\n)\n",
        )
    ),
    "base_model_explains_its_verdict": _project(_BASE),
    "description_adds_something_to_the_name": _project(
        _node("model", _THINGS, columns=_column("account_id", "The id of the account."))
    ),
    "personal_data_is_marked_as_the_raw_contract_says": _project(
        _node(
            "model",
            "models/staging/crm/stg_crm__contacts.sql",
            columns=_column("contact_name", "Full name.", config={"meta": {}}),
        )
    ),
    "nothing_but_as_of_date_looks_at_the_clock": _model_file(
        "select * from a where day < current_date"
    ),
    "no_model_names_an_id_or_a_date": _model_file(
        "select * from a where account_id <> 'internal'"
    ),
    "model_ends_in_select_star_from_final": _model_file("select a from final"),
    "no_model_uses_sql_of_one_engine": _model_file(
        "select a from b qualify row_number() over (order by a) = 1"
    ),
    "no_neighbour_is_asked_of_a_window_with_a_frame": _model_file(
        "select {{ open_end('lead(max(a)) over so_far') }} as b from c\n"
        "window so_far as (order by d rows between unbounded preceding and current row)"
    ),
    "macro_file_holds_the_macro_that_it_is_named_after": _project(
        _macro("macros/time/days.sql", "", name="other"),
        macros__time__days_DOT_sql="{#- Why. -#}",
    ),
    "every_macro_and_argument_is_documented": _project(
        _macro("macros/time/days.sql", "{% macro days(day) -%}{%- endmacro %}")
    ),
    "every_documented_macro_is_there": _project(
        macros__time___time_macros_DOT_yml="macros: [{name: gone}]"
    ),
    "every_var_is_explained": _project(
        dbt_project_DOT_yml="vars:\n  # Why.\n  a: 1\n\n  b: 2\n"
    ),
    "every_var_is_read_and_every_var_read_is_there": _project(
        dbt_project_DOT_yml="vars:\n  # Why.\n  a: 1\n"
    ),
    "every_seed_column_has_a_declared_type": _project(
        _node("seed", "seeds/policy/tiers.csv", config={"column_types": {"a": "date"}}),
        seeds__policy__tiers_DOT_csv="a,b\n",
    ),
    "every_seed_is_described": _project(
        _node("seed", "seeds/policy/tiers.csv", columns=_column("a")),
        seeds__policy__tiers_DOT_csv="a,b\n",
    ),
    "raw_seeds_are_the_tables_of_the_raw_contract": _project(
        _node("seed", "seeds/raw/crm/crm_deals.csv")
    ),
    "sources_are_the_tables_of_the_raw_contract": _project(
        models__staging___sources_DOT_yml="sources: [{tables: [{name: crm_deals}]}]"
    ),
    "no_test_is_disabled": Project(
        {"disabled": {"t": [_node("test", "tests/data/an_account_has_one_owner.sql")]}}
    ),
    "test_that_only_warns_or_tolerates_says_why": _project(
        _node(
            "test",
            "tests/data/an_account_has_one_owner.sql",
            description="",
            raw_code="select 1",
            config={"severity": "WARN"},
        )
    ),
    "every_mart_has_a_tested_key": _project(_MART),
    "every_reason_for_refusal_has_a_unit_test": _project(),
}


# Second ways in which a rule that reads text can be fooled.
ALSO_DOCTORED: list[tuple[str, Project]] = [
    ("no_model_names_an_id_or_a_date", _model_file("{{ date_literal('2025-12-31') }}")),
    (
        "no_model_names_an_id_or_a_date",
        _model_file("select * from a where b = 'CSM-01'"),
    ),
    ("nothing_but_as_of_date_looks_at_the_clock", _model_file("select now() as a")),
    ("no_model_uses_sql_of_one_engine", _model_file("select a::date from b")),
    (
        "no_model_uses_sql_of_one_engine",
        _model_file("select sum(a) filter (where b) as c from d group by all"),
    ),
    (
        "no_neighbour_is_asked_of_a_window_with_a_frame",
        _model_file("select lag(a) over (order by b rows between 1 preceding and 0)"),
    ),
    (
        "every_var_is_read_and_every_var_read_is_there",
        _project(
            dbt_project_DOT_yml="vars:\n",
            macros__time__day_DOT_sql="{{ iso_date_var('as_off_date') }}",
        ),
    ),
    (
        "macro_file_holds_the_macro_that_it_is_named_after",
        _project(
            _macro("macros/time/days.sql", ""),
            _macro("macros/time/days.sql", "", name="step", unique_id="step"),
            macros__time__days_DOT_sql="{#- Why. -#} {{ step(1) }}",
            models__marts__core__things_DOT_sql="select {{ step(1) }}",
        ),
    ),
]

# What only looks like an offence.
INNOCENT: list[tuple[str, Project]] = [
    (
        "nothing_but_as_of_date_looks_at_the_clock",
        _model_file("-- What holds now.\nselect 'today' as day_name from now_known"),
    ),
    (
        "no_model_names_an_id_or_a_date",
        _model_file("-- Since 2025-01-01.\nselect a from b where kind = 'arr_30_days'"),
    ),
    (
        "no_model_uses_sql_of_one_engine",
        _model_file(
            "-- No qualify.\nselect 'a::b' as unnested, {{ unnest(1) }} from c"
        ),
    ),
    (
        "no_neighbour_is_asked_of_a_window_with_a_frame",
        _model_file(
            "select lead(a) over in_order as b, sum(a) over so_far as c from d\n"
            "window in_order as (order by e), so_far as (\n"
            "    order by e rows between unbounded preceding and current row\n)\n"
            "union all select max(a) over in_order, 1 from d\n"
            "window in_order as (order by e rows between 1 preceding and current row)"
        ),
    ),
]
