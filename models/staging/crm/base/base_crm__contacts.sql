-- One row per raw row of crm_contacts, cast and judged.
{{ judged_rows('crm_contacts') }}
