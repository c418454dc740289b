-- One row per raw row of billing_products, cast and judged.
{{ judged_rows('billing_products') }}
