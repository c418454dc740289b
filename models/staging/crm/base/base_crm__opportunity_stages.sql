-- One row per raw row of crm_opportunity_stages, cast and judged.
{{ judged_rows('crm_opportunity_stages') }}
