-- One row per raw row of billing_customers, cast and judged.
{{ judged_rows('billing_customers') }}
