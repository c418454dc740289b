-- One row per raw row of usage_features_daily, cast and judged.
{{ config(pre_hook="{{ forget_stale_weeks('usage_date') }}") }}
{{ judged_rows('usage_features_daily') }}
