"""Parts of the ledger that several subjects ask about; no subject of its own."""

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
