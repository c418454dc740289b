-- One row per raw row of crm_success_plans, cast and judged.
{{ judged_rows('crm_success_plans') }}
