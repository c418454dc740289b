-- One row per raw row of billing_invoice_lines, cast and judged.
{{ judged_rows('billing_invoice_lines') }}
