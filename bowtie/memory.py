"""How much memory the engine may take; what is more goes to disk."""

from __future__ import annotations

import os
import re

from bowtie.errors import BowtieError

VARIABLE = "BOWTIE_MEMORY_LIMIT"
# Enough for a hundred thousand accounts; Python takes a gigabyte and a half more.
_DEFAULT_BYTES = 4 * 10**9
_SHARE_OF_MACHINE = 0.6
_SIZE = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)


def memory_limit() -> str:
    """Return DuckDB's `memory_limit`: BOWTIE_MEMORY_LIMIT, or what suits the machine.

    Raises:
        BowtieError: the variable holds no size.

    """
    given = os.environ.get(VARIABLE)
    if given is None:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return f"{int(min(_DEFAULT_BYTES, _SHARE_OF_MACHINE * installed)) // 10**6}MB"
    if not _SIZE.fullmatch(given.strip()):
        raise BowtieError(f"{VARIABLE} is no size of memory; give one like 4GB")
    return given.strip()
