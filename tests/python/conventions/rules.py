"""The rules. Each yields its offenders; its name is the sentence that is then false."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import yaml

from .project import (
    Node,
    Project,
    is_base,
    is_intermediate,
    is_mart,
    is_raw,
    is_staging,
    mart_of,
    path_of,
)
from .sql import (
    in_parentheses,
    last_selected_columns,
    literals,
    sql_only,
    without_comments,
)

Rule = Callable[[Project], Iterable[str]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Add a rule to the list that the tests go through."""
    RULES[function.__name__] = function
    return function


# --- Layers ---------------------------------------------------------------------------


@rule
def only_staging_reads_raw_rows(project: Project) -> Iterator[str]:
    """Nothing else knows which of the three ways in is used."""
    for model in project.models:
        for parent in project.parents(model):
            if is_raw(parent) and not is_staging(model):
                yield f"{model['name']} reads {parent['name']}"


@rule
def staging_knows_nothing_of_marts(project: Project) -> Iterator[str]:
    """What a raw row says does not depend on what is made of it."""
    for model in project.models:
        for parent in project.parents(model):
            if is_staging(model) and is_mart(parent):
                yield f"{model['name']} reads {parent['name']}"


@rule
def only_staging_and_quality_read_base_models(project: Project) -> Iterator[str]:
    """A base model holds refused rows too: a figure made of it would count them."""
    for model in project.models:
        allowed = is_staging(model) or mart_of(model) == "quality"
        for parent in project.parents(model):
            if is_base(parent) and not allowed:
                yield f"{model['name']} reads {parent['name']}"


@rule
def no_mart_reads_a_step_of_another(project: Project) -> Iterator[str]:
    """A step inside one mart may change with it."""
    for model in project.models:
        for parent in project.parents(model):
            if is_intermediate(parent) and not (
                is_mart(model) and mart_of(model) == mart_of(parent)
            ):
                yield f"{model['name']} reads {parent['name']}"


@rule
def every_raw_table_has_one_base_model_and_one_staging_view(
    project: Project,
) -> Iterator[str]:
    """Their names follow from the raw contract; the view shows the rows that count."""
    models = {model["name"]: model for model in project.models}
    for table in project.contract.values():
        base = f"base_{table.system}__{table.entry['name']}"
        readers = [
            model["name"]
            for model in models.values()
            if model["name"].startswith(f"stg_{table.system}__")
            and "where judged.verdict = 'staged'" in model["raw_code"]
            and base in [parent["name"] for parent in project.parents(model)]
        ]
        if base not in models:
            yield f"{table.name}: no {base}"
        if readers != [table.staging_name]:
            yield f"{table.name}: shown by {readers}, not by {table.staging_name} alone"
        elif models[table.staging_name]["config"]["materialized"] != "view":
            yield f"{table.staging_name} is no view"


# --- Names ----------------------------------------------------------------------------

# Nouns that have no plural, or that are one whole: the names that readers know
# (the marts' interface).
_WITHOUT_PLURAL = {
    "retention": "a rate is counted in no plural",
    "monthly": "months is meant",
    "weekly": "weeks is meant",
    "waterfall": "one chart a slice",
    "reconciliation": "one comparison",
    "billing": "what is billed",
    "health": "a state",
    "onboarding": "a process",
    "capacity": "an amount",
    "coverage": "a share",
    "scorecard": "one card a CSM and quarter",
    "pipeline": "what is in it",
    "forecast": "one a scenario",
    "accuracy": "how near a forecast came",
    "backtest": "one trial of the score",
}


@rule
def model_of_a_mart_is_a_plural_noun(project: Project) -> Iterator[str]:
    """A table holds many of what it is named after."""
    for model in project.models:
        last_word = model["name"].rsplit("_", 1)[-1]
        if is_mart(model) and not (
            last_word.endswith("s") or last_word in _WITHOUT_PLURAL
        ):
            yield model["name"]


@rule
def staging_model_is_named_after_its_system(project: Project) -> Iterator[str]:
    """stg_<system>__<table> lies in staging/<system>, base_ one folder deeper."""
    for model in project.models:
        if is_staging(model):
            system = path_of(model).split("/")[2]
            prefix = f"base_{system}__" if is_base(model) else f"stg_{system}__"
            if not model["name"].startswith(prefix):
                yield f"{path_of(model)} does not begin with {prefix}"


@rule
def mart_has_a_yaml_file_of_its_own_name(project: Project) -> Iterator[str]:
    """Everything about a mart lies in one pair of files."""
    for model in project.marts:
        beside = path_of(model).removesuffix(".sql") + ".yml"
        if not (model.get("patch_path") or "").endswith(beside):
            yield f"{model['name']} is not described in {beside}"


@rule
def yaml_file_of_a_mart_describes_one_model(project: Project) -> Iterator[str]:
    """And it is the model of the file's name, which is there."""
    names = {model["name"] for model in project.models}
    for path, text in project.files_under("models/marts", ".yml"):
        stem = PurePosixPath(path).stem
        described = [entry["name"] for entry in yaml.safe_load(text).get("models", [])]
        if stem.startswith("_") or "/intermediate/" in path:
            continue
        if described != [stem] or stem not in names:
            yield f"{path} describes {described}"


@rule
def test_has_a_sentence_for_a_name(project: Project) -> Iterator[str]:
    """A name says what is false when the test fails; generic ones name their column."""
    generic = {"unique", "not_null", "accepted_values", "relationships"}
    for test in project.nodes("test", "unit_test"):
        kind = (test.get("test_metadata") or {}).get("name")
        if kind not in generic and test["name"].count("_") < 3:
            yield test["name"]


# --- Descriptions ---------------------------------------------------------------------


@rule
def model_file_opens_with_its_grain(project: Project) -> Iterator[str]:
    """The comment that a reader sees first says what one row is."""
    for model in project.models:
        opening = re.match(r"(?:--[^\n]*\n)+|(?:#[^\n]*\n)+", model["raw_code"])
        if not opening or "one row per " not in opening.group().lower():
            yield path_of(model)


@rule
def every_column_of_a_staging_view_is_described(project: Project) -> Iterator[str]:
    """And none that is not there."""
    for model in project.models:
        if is_staging(model) and not is_base(model):
            described = {
                column["name"]
                for column in model["columns"].values()
                if column["description"].strip()
            }
            selected = set(last_selected_columns(model["raw_code"]))
            for column in sorted(selected ^ described if selected else ()):
                yield f"{model['name']}.{column}"
            if not described:
                yield f"{model['name']}: no columns"


@rule
def base_model_explains_its_verdict(project: Project) -> Iterator[str]:
    """What it adds to the raw columns; those are the raw contract's."""
    for model in project.models:
        if is_base(model) and not {"verdict", "refused_for", "row_key"} <= set(
            model["columns"]
        ):
            yield model["name"]


@rule
def description_adds_something_to_the_name(project: Project) -> Iterator[str]:
    """`account_id: The account id` earns nothing."""
    empty = {"the", "a", "an", "of", "is", "its", "this", "column", "for"}
    for node in project.nodes("model", "seed"):
        for column in node["columns"].values():
            said = set(re.findall(r"[a-z]+", column["description"].lower())) - empty
            if said and said <= set(column["name"].split("_")):
                yield f"{node['name']}.{column['name']}: {column['description']}"


@rule
def personal_data_is_marked_as_the_raw_contract_says(
    project: Project,
) -> Iterator[str]:
    """What is personal in a raw table is so in the view on it, and nothing else is."""
    models = {model["name"]: model for model in project.models}
    for table in project.contract.values():
        columns = models.get(table.staging_name, {}).get("columns", {})
        personal = {column.name for column in table.columns.values() if column.personal}
        marked = {
            name
            for name, column in columns.items()
            if (column.get("config") or {}).get("meta", {}).get("personal_data")
        }
        for column in sorted(personal ^ marked):
            yield f"{table.staging_name}.{column}"


# --- SQL ------------------------------------------------------------------------------

_CLOCK = re.compile(
    r"\b(now|today|getdate|sysdate|localtimestamp|current_date|current_time"
    r"|current_timestamp|get_current_timestamp|transaction_timestamp|run_started_at)\b",
    re.IGNORECASE,
)
_THE_CLOCK = "macros/time/as_of_date.sql"


@rule
def nothing_but_as_of_date_looks_at_the_clock(project: Project) -> Iterator[str]:
    """Any past day can be rebuilt exactly."""
    for folder in ("models", "macros", "tests/data"):
        for path, text in project.files_under(folder, ".sql"):
            found = _CLOCK.search(
                re.sub(r"'[^']*'|\"[^\"]*\"", "", without_comments(text))
            )
            if found and path != _THE_CLOCK:
                yield f"{path}: {found.group()}"


_OPEN_END = "9999-12-31"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_ID_COMPARED = re.compile(
    r"\b\w*_id\s*(?:=|<>|!=|in\s*\(|not\s+in\s*\()\s*'", re.IGNORECASE
)


@rule
def no_model_names_an_id_or_a_date(project: Project) -> Iterator[str]:
    """An exception for one account is a reviewed row of a policy seed, never SQL."""
    for path, text in project.files_under("models", ".sql"):
        for literal in literals(text):
            is_date = _DATE.search(literal) and literal != _OPEN_END
            if is_date or (_ID.fullmatch(literal) and not literal.islower()):
                yield f"{path}: '{literal}'"
        if _ID_COMPARED.search(without_comments(text)):
            yield f"{path}: an id is compared with a text"


@rule
def model_ends_in_select_star_from_final(project: Project) -> Iterator[str]:
    """Unless a macro writes all of it; to look at a step, change one word."""
    for path, text in project.files_under("models", ".sql"):
        body = without_comments(text).strip()
        if not body.endswith("select * from final") and not re.fullmatch(
            r"\{\{ judged_rows\('\w+'\) \}\}", body
        ):
            yield path


_ONE_ENGINE = {
    "qualify": r"\bqualify\b",
    "filter on an aggregate": r"\bfilter\s*\(\s*where\b",
    "group by all": r"\b(?:group|order)\s+by\s+all\b",
    "a cast with ::": r"::",
    "distinct on": r"\bdistinct\s+on\b",
    "asof": r"\basof\b",
    "exclude or replace in a star": r"\*\s*(?:exclude|replace)\b",
    "unnest": r"\bunnest\s*\(",
    "string_agg": r"\b(?:string_agg|listagg|group_concat)\s*\(",
    "hash": r"\bhash\s*\(",
    "try_cast": r"\btry_cast\s*\(",
    "regexp": r"\bregexp_\w+\s*\(|\brlike\b|\bsimilar\s+to\b",
    "ignore nulls": r"\bignore\s+nulls\b",
    "avg": r"\b(?:avg|stddev\w*|median)\s*\(",
    "a struct or list": r"\bstruct_pack\s*\(|\blist_\w+\s*\(|\bstruct\s*\(",
    "pivot": r"\bpivot\b",
    "a positional group by": r"\bgroup\s+by\s+\d",
    "read of a file": r"\bread_(?:csv|parquet|json)\w*\s*\(",
}


@rule
def no_model_uses_sql_of_one_engine(project: Project) -> Iterator[str]:
    """Engines differ in macros/, by dispatch, never in a model."""
    for path, text in project.files_under("models", ".sql"):
        code = sql_only(text)
        for what, pattern in _ONE_ENGINE.items():
            if re.search(pattern, code, re.IGNORECASE):
                yield f"{path}: {what}"


_NEIGHBOUR = re.compile(r"\b(?:lead|lag)\s*\(", re.IGNORECASE)
_OVER = re.compile(r"\s*over\s*(?:\(|(\w+))", re.IGNORECASE)
_FRAME = re.compile(r"\b(?:rows|range|groups)\s+between\b", re.IGNORECASE)


@rule
def no_neighbour_is_asked_of_a_window_with_a_frame(project: Project) -> Iterator[str]:
    """Spark refuses `lead` and `lag` over it; the others do without the frame."""
    for path, text in project.files_under("models", ".sql"):
        # With the Jinja: a macro may be handed one.
        code = without_comments(text)
        for found in _NEIGHBOUR.finditer(code):
            asked = in_parentheses(code, found.end() - 1)
            over = _OVER.match(code, found.end() + len(asked) + 1)
            if over is None:
                continue
            start = over.end() - 1
            if name := over[1]:
                # It is named below, in the same query, before any other of the name.
                defined = re.compile(rf"\b{name}\s+as\s*\(").search(code, over.end())
                if defined is None:
                    continue
                start = defined.end() - 1
            if _FRAME.search(in_parentheses(code, start)):
                yield f"{path}: {found[0]}{asked})"


# --- Macros, vars, seeds, sources -----------------------------------------------------


def _engine_or_name(macro: Node) -> str:
    """Return a macro's name without the engine of a dispatch implementation."""
    return macro["name"].split("__", 1)[-1]


def _is_public(macro: Node) -> bool:
    stem = PurePosixPath(path_of(macro)).stem
    return macro["name"] in {stem, f"test_{stem}"}


@rule
def macro_file_holds_the_macro_that_it_is_named_after(
    project: Project,
) -> Iterator[str]:
    """Others in it are steps or engines' ways of that one: used in that file alone."""
    with_public = {path_of(macro) for macro in project.macros if _is_public(macro)}
    for path, text in project.files_under("macros", ".sql"):
        if path not in with_public:
            yield f"{path} has no macro {PurePosixPath(path).stem}"
        if not text.startswith("{#-"):
            yield f"{path} does not open with its rule in a comment"
    for macro in project.macros:
        if not _is_public(macro):
            called = re.compile(rf"\b{re.escape(_engine_or_name(macro))}\(")
            for path, text in project.files.items():
                if (
                    path.endswith(".sql")
                    and path != path_of(macro)
                    and called.search(text)
                ):
                    public = (
                        _engine_or_name(macro) == PurePosixPath(path_of(macro)).stem
                    )
                    if not public:
                        yield f"{path} calls {macro['name']} of {path_of(macro)}"


@rule
def every_macro_and_argument_is_documented(project: Project) -> Iterator[str]:
    """Its arguments too, in their order, each with a type."""
    for macro in project.macros:
        if not _is_public(macro):
            continue
        if not (macro["description"] or "").strip():
            yield macro["name"]
        signature = re.search(
            r"\{%-?\s*(?:macro|test)\s+\w+\((.*?)\)\s*-?%\}",
            macro["macro_sql"],
            re.DOTALL,
        )
        wanted = [
            argument.split("=")[0].strip()
            for argument in (signature.group(1) if signature else "").split(",")
            if argument.strip()
        ]
        given = [
            argument["name"]
            for argument in macro["arguments"]
            if argument["type"] and argument["description"].strip()
        ]
        if wanted != given:
            yield f"{macro['name']}: has {wanted}, documented are {given}"


@rule
def every_documented_macro_is_there(project: Project) -> Iterator[str]:
    """A renamed macro takes its entry along."""
    names = {macro["name"] for macro in project.macros}
    for path, text in project.files_under("macros", ".yml"):
        for entry in (yaml.safe_load(text) or {}).get("macros", []):
            if entry["name"] not in names:
                yield f"{path}: {entry['name']}"


def _vars_block(project: Project) -> list[str]:
    lines = project.files["dbt_project.yml"].splitlines()
    start = lines.index("vars:") + 1
    block = []
    for line in lines[start:]:
        if line and not line.startswith(" "):
            break
        block.append(line)
    return block


@rule
def every_var_is_explained(project: Project) -> Iterator[str]:
    """By the comment above it, or above the vars of one thought directly over it."""
    explained = False
    for line in _vars_block(project):
        if not line.strip():
            explained = False
        elif line.strip().startswith("#"):
            explained = explained or not line.strip().startswith("# ---")
        elif re.match(r"  \w+:", line) and not explained:
            yield line.split(":")[0].strip()


@rule
def every_var_is_read_and_every_var_read_is_there(project: Project) -> Iterator[str]:
    """A switch that nothing reads is a promise that nobody keeps."""
    declared = {
        line.split(":")[0].strip()
        for line in _vars_block(project)
        if re.match(r"  \w+:", line)
    }
    read = set()
    for path, text in project.files.items():
        if path.startswith(("models/", "macros/", "tests/", "dbt_project.yml")):
            # Comments count: dbt_project.yml itself reads a var inside a value.
            read |= set(re.findall(r"\bvar\(\s*['\"](\w+)['\"]", text))
            read |= set(re.findall(r"\w+_var\(\s*['\"](\w+)['\"]", text))
    for name in sorted(declared - read):
        yield f"{name} is read by nothing"
    for name in sorted(read - declared):
        yield f"{name} is not declared"


@rule
def every_seed_column_has_a_declared_type(project: Project) -> Iterator[str]:
    """dbt would guess one from the rows: an id with leading zeros becomes a number."""
    for seed in project.nodes("seed"):
        header = project.files[path_of(seed)].strip().split(",")
        typed = list(seed["config"]["column_types"])
        if header != typed:
            yield f"{seed['name']}: typed are {typed}, the file has {header}"


@rule
def every_seed_is_described(project: Project) -> Iterator[str]:
    """A policy seed column by column; raw columns where they are staged."""
    for seed in project.nodes("seed"):
        if not seed["description"].strip():
            yield seed["name"]
        if not is_raw(seed):
            described = [
                column["name"]
                for column in seed["columns"].values()
                if column["description"].strip()
            ]
            for column in project.files[path_of(seed)].strip().split(","):
                if column not in described:
                    yield f"{seed['name']}.{column}"


@rule
def raw_seeds_are_the_tables_of_the_raw_contract(project: Project) -> Iterator[str]:
    """Every column of each, as text: staging casts."""
    seeds = {seed["name"]: seed for seed in project.nodes("seed") if is_raw(seed)}
    for name in sorted(set(seeds) ^ set(project.contract)):
        yield name
    for name, table in project.contract.items():
        wanted = dict.fromkeys(table.columns, "varchar")
        if name in seeds and seeds[name]["config"]["column_types"] != wanted:
            yield f"{name}: its columns or types are not the raw contract's"


@rule
def sources_are_the_tables_of_the_raw_contract(project: Project) -> Iterator[str]:
    """In its order, each with a description."""
    sources = yaml.safe_load(project.files["models/staging/_sources.yml"])["sources"]
    tables = sources[0]["tables"]
    names = [table["name"] for table in tables]
    if names != list(project.contract):
        yield f"declared are {names}"
    for table in tables:
        if not table.get("description", "").strip():
            yield table["name"]


# --- Tests ----------------------------------------------------------------------------


@rule
def no_test_is_disabled(project: Project) -> Iterator[str]:
    """A test of what is switched off with its way in (sources, seeds) is not meant."""
    for nodes in (project.manifest.get("disabled") or {}).values():
        for node in nodes:
            if node["resource_type"] in {"test", "unit_test"}:
                yield node["name"]
    for test in project.nodes("test", "unit_test"):
        if not test["config"].get("enabled", True):
            yield test["name"]


@rule
def test_that_only_warns_or_tolerates_says_why(project: Project) -> Iterator[str]:
    """In the comment that opens its file, or in its description."""
    for test in project.nodes("test"):
        config = test["config"]
        strict = (
            str(config.get("severity", "error")).lower() == "error"
            and config.get("error_if", "!= 0") == "!= 0"
            and not config.get("where")
            and not config.get("limit")
        )
        opens_with_comment = test.get("raw_code", "").lstrip().startswith("--")
        if not (
            strict or opens_with_comment or (test.get("description") or "").strip()
        ):
            yield test["name"]


@rule
def every_mart_has_a_tested_key(project: Project) -> Iterator[str]:
    """The grain that its description promises."""
    of_a_key = {"unique", "unique_combination", "no_overlapping_periods"}
    tested = {
        test.get("attached_node")
        for test in project.nodes("test")
        if (test.get("test_metadata") or {}).get("name") in of_a_key
    }
    for model in project.marts:
        if model["unique_id"] not in tested:
            yield model["name"]


_REASONS = {
    "conflicting_rows",
    "overlapping_rows",
    "unknown_account",
    "test_account",
    "unknown_subscription_id",
    "refused_subscription_id",
    "missing",
    "control_characters",
    "date_out_of_range",
    "unknown_value",
}


@rule
def every_reason_for_refusal_has_a_unit_test(project: Project) -> Iterator[str]:
    """A table's own rules on that table; what all tables share, and each kind, once."""
    shown: dict[str, set[str]] = {}
    for test in project.nodes("unit_test"):
        reasons = shown.setdefault(test["model"], set())
        for row in test["expect"]["rows"] or []:
            if isinstance(row, dict) and row.get("refused_for"):
                reasons.add(row["refused_for"].split(":")[0])
    anywhere = set().union(*shown.values()) if shown else set()
    kinds = {c.type for t in project.contract.values() for c in t.columns.values()}
    wanted = _REASONS | {f"not_a_{kind}" for kind in kinds - {"id", "text"}}
    for reason in sorted(wanted - anywhere):
        yield reason
    for table in project.contract.values():
        base = f"base_{table.system}__{table.entry['name']}"
        for reason in table.entry.get("rules", {}):
            if reason not in shown.get(base, set()):
                yield f"{table.name}: {reason}"
