-- One row per raw row of usage_events, cast and judged.
{{ config(pre_hook="{{ forget_stale_weeks('occurred_on') }}") }}
{{ judged_rows('usage_events') }}
