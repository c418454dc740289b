"""Days on which nothing is wrong, and how often the checks raise an alarm.

    python -m benchmarks.clean_days [--days 200] [--help]

Simulated companies deliver day after day, each time all they have, with what real
deliveries bring and nobody should be woken for (`variations.py`). Every delivery goes
the way of `bowtie run` up to publishing, and is compared with the generation of the day
before.
"""
