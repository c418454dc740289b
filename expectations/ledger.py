"""What several subjects ask about, of the ledger and of CSMs; no subject of its own."""

# Whether a row of arr_lines, named `lines`, counts on the as-of date.
IN_FORCE = """
    lines.valid_from <= as_of() and (lines.valid_to is null or lines.valid_to > as_of())
"""
# The rate of each currency of the ledger, as a CTE.
RATES = """
    rates as (
        select currency, max(rate) as rate
        from revenue.arr_lines
        group by currency
    )
"""
# The CSMs whose accounts are unassigned until somebody hands them on.
CSMS_WHO_LEFT = "select csm_id from core.csms where ended_on <= as_of()"
