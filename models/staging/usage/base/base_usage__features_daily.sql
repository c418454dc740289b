-- One row per raw row of usage_features_daily, cast and judged.
{{ judged_rows('usage_features_daily') }}
