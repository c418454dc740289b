-- One row per raw row of crm_accounts, cast and judged.
{{ judged_rows('crm_accounts') }}
