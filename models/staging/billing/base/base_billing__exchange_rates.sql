-- One row per raw row of billing_exchange_rates, cast and judged.
{{ judged_rows('billing_exchange_rates') }}
