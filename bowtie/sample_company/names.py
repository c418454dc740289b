"""Invented names, evidently so. No real company or person is meant."""

from __future__ import annotations

from itertools import product

_FIRST_HALVES = [
    "Brindle", "Quill", "Thistle", "Ember", "Fen", "Gossa", "Hollow", "Ivel",
    "Jun", "Krell", "Lumen", "Mirth", "Nettle", "Ox", "Pebble", "Rune",
    "Saffo", "Tumble", "Umber", "Velvet", "Wisp", "Yarrow", "Zephy", "Cobble",
]  # fmt: skip
_SECOND_HALVES = ["wick", "mere", "dale", "fold", "loft", "ridge", "combe", "spire"]
_TRADES = [
    "Kilns", "Looms", "Orchards", "Lanterns", "Bellows", "Compasses", "Anvils",
    "Ferries", "Quarries", "Almanacs", "Kites", "Barrels", "Sundials",
]  # fmt: skip

_GIVEN_NAMES = [
    "Alder", "Briony", "Corvin", "Delphi", "Esme", "Faro", "Greer", "Hestia",
    "Ivo", "Juno", "Kestrel", "Linnet", "Moss", "Nerys", "Orrin", "Petra",
]  # fmt: skip
_FAMILY_NAMES = [
    "Applewhistle", "Bramblecott", "Candlewood", "Dapplegate", "Elderquill",
    "Foxmantle", "Gingersnapp", "Hazelhorn", "Inkwellby", "Jollifant", "Knapweedle",
]  # fmt: skip

_WORDS = [first + second for first, second in product(_FIRST_HALVES, _SECOND_HALVES)]


def company_name(number: int) -> str:
    """Return the name of the n-th company (0 ...); 192 x 13 of them are distinct."""
    word = _WORDS[number * 5 % len(_WORDS)]
    trade = _TRADES[(number + number // len(_WORDS)) % len(_TRADES)]
    return f"{word} {trade}"


def small_company_name(number: int) -> str:
    """Return the n-th self-service customer's name; the number tells them apart."""
    return f"{_WORDS[number * 7 % len(_WORDS)]} {number:04d}"


def person_name(number: int) -> str:
    """Return the name of the n-th person; names come again after 176 people."""
    given = _GIVEN_NAMES[number % len(_GIVEN_NAMES)]
    return f"{given} {_FAMILY_NAMES[number % len(_FAMILY_NAMES)]}"


def domain_of(name: str) -> str:
    """Return a web domain for a company, under the reserved ending `.example`."""
    letters = "".join(c for c in name.lower() if c.isalnum() or c == " ")
    return letters.replace(" ", "-") + ".example"


def email_of(person: str, domain: str) -> str:
    """Return the address of a person at a domain."""
    return person.lower().replace(" ", ".") + "@" + domain
