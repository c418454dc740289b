-- One row per raw row of crm_advocacy, cast and judged.
{{ judged_rows('crm_advocacy') }}
