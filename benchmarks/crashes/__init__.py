"""Kills, starves and disturbs runs, and sees whether readers ever notice.

Every round leaves a home as a crash would, then asks of it: do readers have the old or
the new generation, whole; does the next run succeed unaided; is nothing left over?
`make crashes` does all rounds, the tests a few of each kind.
"""
