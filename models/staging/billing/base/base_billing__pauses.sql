-- One row per raw row of billing_pauses, cast and judged.
{{ judged_rows('billing_pauses') }}
