-- One row per raw row of usage_daily, cast and judged.
{{ judged_rows('usage_daily') }}
