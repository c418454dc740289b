"""How long the product takes, beside what it is held against.

    __main__.py      the command: which sizes, which measurements
    measure.py       runs a command and watches its time, memory and spill
    product.py       the product's runs: a full one, the day after, the sample
    by_hand.py       limit (a): raw Parquet to the three core figures, by hand
    empty_project.py limit (b): as many dbt nodes, with nothing in them
    retention.py     limit (c): the customer x month cross join, and pandas
    dashboard.py     twenty typical queries on what is published
    page.py          writes the figures into benchmarks/README.md

Product and limit run in turn, in processes of their own, on the same machine.
"""
