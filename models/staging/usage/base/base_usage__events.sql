-- One row per raw row of usage_events, cast and judged.
{{ judged_rows('usage_events') }}
