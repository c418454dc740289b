-- One row per raw row of crm_account_owners, cast and judged.
{{ judged_rows('crm_account_owners') }}
