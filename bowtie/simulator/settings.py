"""What one run of the simulator is asked for, and the streams of chance it uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

import numpy as np

from bowtie.simulator.calendar import add_months, month_of, month_start, to_date, to_day

# Accounts are simulated in blocks of this size, always whole, so that an account's
# life is the same however many accounts are asked for.
BLOCK = 1_000
# A term that does not renew stays in ARR this long (DECISIONS A1).
GRACE_DAYS = 30
# No account is older than this at the start of the window.
OLDEST_MONTHS = 60


@dataclass(frozen=True)
class Settings:
    """One run. Days are day numbers (see `calendar`)."""

    accounts: int
    months: int
    seed: int
    as_of: int
    usage_grain: str

    @classmethod
    def of(
        cls, accounts: int, months: int, seed: int, as_of: date, usage_grain: str
    ) -> Settings:
        """Check what was asked for; raise ValueError naming what is wrong."""
        if not 1 <= accounts <= 9_999_999:
            raise ValueError(f"accounts must be 1 to 9,999,999, not {accounts}")
        if not 1 <= months <= 120:
            raise ValueError(f"months must be 1 to 120, not {months}")
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be 0 to 2^31 - 1, not {seed}")
        if usage_grain not in ("daily", "weekly"):
            raise ValueError(f"usage_grain must be daily or weekly, not {usage_grain}")
        if not date(2006, 1, 1) <= as_of <= date(2060, 12, 31):
            raise ValueError(f"as_of must lie in 2006 to 2060, not {as_of}")
        return cls(accounts, months, seed, to_day(as_of), usage_grain)

    @property
    def window_start(self) -> int:
        """The first day of the first of the `months` months; usage starts here."""
        return month_start(month_of(self.as_of) - self.months + 1)

    @property
    def oldest_start(self) -> int:
        """The earliest day on which any account can have signed up."""
        return add_months(self.window_start, -OLDEST_MONTHS)

    @property
    def days(self) -> int:
        """How many days the window has, as-of day included."""
        return self.as_of - self.window_start + 1

    @property
    def fx_reference(self) -> int:
        """The last day of the calendar year before the as-of date (DECISIONS A4)."""
        return to_day(date(to_date(self.as_of).year - 1, 12, 31))

    def account_chance(self, account: int, purpose: int = 0) -> Random:
        """Return the stream of one account, free of every other account's draws."""
        return Random(((self.seed << 34) | account) << 4 | purpose)

    def block_chance(self, block: int, purpose: int) -> np.random.Generator:
        """Return the stream of one block of accounts for one kind of raw row."""
        entropy = np.random.SeedSequence([self.seed, block, purpose])
        return np.random.Generator(np.random.SFC64(entropy))
