"""Puts faults into clean simulated companies, and sees whether each is caught.

    python -m benchmarks.faults [--help]

A case is landed by the product's own checks and built from the project's own SQL, which
dbt compiled once; then the data tests and the checks of `bowtie check` judge it. So a
case takes seconds, and goes the way of `bowtie run` up to publishing.
"""
