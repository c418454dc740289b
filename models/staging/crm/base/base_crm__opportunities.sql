-- One row per raw row of crm_opportunities, cast and judged.
{{ judged_rows('crm_opportunities') }}
