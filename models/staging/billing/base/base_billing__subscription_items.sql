-- One row per raw row of billing_subscription_items, cast and judged.
{{ judged_rows('billing_subscription_items') }}
