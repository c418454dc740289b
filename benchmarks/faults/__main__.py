"""Runs the campaign: `python -m benchmarks.faults --help`."""

from benchmarks.faults.campaign import main

main()
