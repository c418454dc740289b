"""Exchange rates: a slow random walk, written at month ends."""

from __future__ import annotations

import numpy as np

from bowtie.simulator.calendar import MONTH_LENGTH, MONTH_START, month_of
from bowtie.simulator.catalogue import CURRENCIES
from bowtie.simulator.settings import Settings

# Rates are whole numbers of 1e-8 reporting currency, so that truth is exact.
RATE_SCALE = 10**8


def month_end_rates(settings: Settings) -> dict[str, list[tuple[int, int]]]:
    """Return (day, rate in 1e-8) at each month end up to the as-of date, by currency.

    They cover the year before the oldest account too, so every contract day has one.
    """
    last = month_of(settings.as_of)
    first = month_of(settings.oldest_start) - 12
    rates = {}
    for number, (currency, (start, volatility, _)) in enumerate(CURRENCIES.items()):
        chance = settings.block_chance(number, purpose=90)
        steps = chance.normal(0, volatility, last - first + 1).cumsum()
        # Pulled back towards the start, so that no currency drifts to nothing.
        path = start * np.exp(np.tanh(steps) * 0.25)
        rates[currency] = [
            (day, round(rate * RATE_SCALE))
            for month, rate in zip(range(first, last + 1), path.tolist(), strict=True)
            if (day := int(MONTH_START[month] + MONTH_LENGTH[month] - 1))
            <= settings.as_of
        ]
    return rates


def reference_rates(
    settings: Settings, rates: dict[str, list[tuple[int, int]]]
) -> dict[str, int]:
    """Return the rate at the reference date: the last on or before it (A4)."""
    return {
        currency: [rate for day, rate in series if day <= settings.fx_reference][-1]
        for currency, series in rates.items()
    }
