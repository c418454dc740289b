-- One row per raw row of billing_subscriptions, cast and judged.
{{ judged_rows('billing_subscriptions') }}
