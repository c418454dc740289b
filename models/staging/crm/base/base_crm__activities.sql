-- One row per raw row of crm_activities, cast and judged.
{{ judged_rows('crm_activities') }}
