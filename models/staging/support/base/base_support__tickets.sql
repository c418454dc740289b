-- One row per raw row of support_tickets, cast and judged.
{{ judged_rows('support_tickets') }}
