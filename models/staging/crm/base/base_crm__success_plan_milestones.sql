-- One row per raw row of crm_success_plan_milestones, cast and judged.
{{ judged_rows('crm_success_plan_milestones') }}
