-- One row per raw row of billing_invoices, cast and judged.
{{ judged_rows('billing_invoices') }}
