-- One row per raw row of crm_csms, cast and judged.
{{ judged_rows('crm_csms') }}
