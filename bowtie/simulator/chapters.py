"""What happens to an account between sign-up and the as-of date.

A life is a row of chapters that do not overlap. A chapter plants behaviour first and,
`lead` days later, changes the contract - or does not: dips that recover by
themselves, rescues, replaced champions and bursts of tickets look like trouble and
end in nothing, while some churns come without any warning. A score that reads the
behaviour well is therefore good, and cannot be perfect.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from bowtie.simulator.catalogue import BASIC, FREE
from bowtie.simulator.churning import churn, maybe_return
from bowtie.simulator.contracts import local_arr_cents, local_price
from bowtie.simulator.lives import Deal, Life, new_life
from bowtie.simulator.plan_changes import contraction, expansion
from bowtie.simulator.planting import (
    NEVER,
    hot_tickets,
    list_price,
)
from bowtie.simulator.settings import Settings
from bowtie.simulator.signing import end_account, pause, settle, sign


def live(settings: Settings, account: int, rates: dict[str, int]) -> Life:
    """Return the whole life of one account up to the as-of date."""
    life = new_life(settings, account, rates)
    chance = settings.account_chance(account, purpose=2)
    if life.kind == "prospect":
        life.created = life.start - chance.randrange(0, 60)
        life.users.append((life.start, 0.0))
        life.wellbeing.append((life.start, 0.0))
        return life
    sign(life, settings, chance, life.start, again=False)
    if _ends_at_once(life, settings, chance):
        day = maybe_return(life, settings, chance, life.spans[-1][1])
    elif life.main.core().product == FREE:
        day = _leave_free_plan(life, settings, chance)
    else:
        day = life.main.anchor + 45
    # History before the window shows in contracts alone; behaviour starts near it.
    day = max(day, settings.window_start - 150)
    rates_a_year = _rates(life)
    total = sum(rates_a_year.values())
    names, weights = list(rates_a_year), list(rates_a_year.values())
    while True:
        day += max(1, int(chance.expovariate(total) * 365))
        if day > settings.as_of:
            break
        settle(life, settings, chance, day)
        if life.main.lapsed:
            break
        if life.main.start > day:
            # Between a term and its late renewal nothing else happens.
            day = life.main.start + 10
            continue
        name = chance.choices(names, weights)[0]
        day = CHAPTERS[name](life, settings, chance, day)
    if not life.main.lapsed:
        settle(life, settings, chance, settings.as_of)
    _add_open_and_lost_deals(life, settings, chance)
    return life


def _rates(life: Life) -> dict[str, float]:
    """Return chapters a year: troubled accounts churn more and grow less."""
    rates = dict(life.segment.yearly_rates)
    rates["churn"] *= math.exp(-0.9 * life.quality)
    rates["contraction"] *= math.exp(-0.4 * life.quality)
    rates["expansion"] *= math.exp(0.35 * life.quality)
    if life.kind == "merged":
        rates = {"churn": 0.1, "expansion": 0.2}
    return rates


def _ends_at_once(life: Life, settings: Settings, chance: Random) -> bool:
    """End a trial that nobody pays for, or a purchase regretted within the month."""
    main = life.main
    if main.trial_ends is not None:
        if chance.random() < 0.3:
            if main.trial_ends > settings.as_of:
                return False
            end_account(life, main.trial_ends, "trial_not_converted", None, chance)
            main.end = main.trial_ends
            for deal in life.deals:
                deal.won, deal.closes = False, main.end
            return True
        return False
    if main.rolls and chance.random() < 0.012 and life.start >= settings.window_start:
        end = life.start + chance.randrange(2, 9)
        if end <= settings.as_of:
            life.plan("churn", "regret", end - 1, end, 0)
            end_account(life, end, "changed_mind", end - 1, chance)
            return True
    return False


def _leave_free_plan(life: Life, settings: Settings, chance: Random) -> int:
    """Move from the free plan to a paid one, or stay on it for good."""
    day = life.main.anchor + chance.randrange(20, 250)
    if chance.random() < 0.5 or day > settings.as_of:
        return NEVER
    settle(life, settings, chance, day)
    main = life.main
    day = main.next_boundary(day)
    if day > settings.as_of:
        return NEVER
    price = list_price(life, main, BASIC, chance)
    main.change(main.core(), day, "upgrade", product=BASIC, price_e4=price)
    return day + 30


def dip(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Let usage fall and come back by itself: trouble that was none."""
    return _dip(life, chance, day, treated=False)


def rescue(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Let usage fall and the CSM bring it back: trouble that was treated."""
    return _dip(life, chance, day, treated=True)


def _dip(life: Life, chance: Random, day: int, treated: bool) -> int:
    label = "recovery_treated" if treated else "recovery_untreated"
    level, mood = life.level(life.users), life.level(life.wellbeing)
    depth = chance.uniform(0.25, 0.55)
    fall, low, rise = (chance.randrange(20, 50) for _ in range(3))
    life.ramp(life.users, day, day + fall, level * (1 - depth))
    life.ramp(life.users, day + fall + low, day + fall + low + rise, level * 0.97)
    life.ramp(life.wellbeing, day, day + fall, mood - (1.4 if treated else 0.6))
    life.ramp(life.wellbeing, day + fall + low, day + fall + low + rise, mood)
    back = day + fall + low + rise
    life.signal("usage_decline", day, back, label)
    if treated:
        life.rescues.append((day + fall, back, True))
        if chance.random() < 0.4:
            hot_tickets(life, chance, day + 3, fall, label)
    return back + 15


def champion_replaced(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Lose a champion whom another replaces; nothing comes of it."""
    life.champion_moves.append((day, day + chance.randrange(7, 45)))
    life.signal("champion_left", day, day + 45, "recovery_untreated")
    level = life.level(life.users)
    life.ramp(life.users, day, day + 30, level * chance.uniform(0.8, 1.0))
    life.ramp(life.users, day + 50, day + 90, level)
    return day + 90


def ticket_burst(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Suffer a bad release: critical tickets, solved, and nobody leaves."""
    hot_tickets(life, chance, day, 30, "recovery_untreated")
    return day + 60


def pause_plan(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Pause every subscription of the account for some weeks."""
    main = life.main
    end = day + chance.randrange(15, 110)
    if main.trial_ends is not None and day <= main.trial_ends:
        return day + 10
    if not main.rolls and main.term_end is not None and end >= main.term_end:
        # A pause across a renewal would need the new subscription paused as well.
        return day + 20
    pause(life, day, end)
    return end + 30


def price_rise(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Raise the price of a plan that rolls on, at a billing period."""
    main = life.main
    core = main.core()
    day = main.next_boundary(day)
    if day > settings.as_of or core.price_e4 == 0 or not main.rolls:
        return day + 30
    price = local_price(
        core.price_e4 * chance.uniform(1.04, 1.12) / 10_000, life.currency, 10**8
    )
    if price > core.price_e4:
        main.change(core, day, "price_increase", price_e4=price)
        life.plan("expansion", "price_rise", day, day, 0)
    return day + 90


def _add_open_and_lost_deals(life: Life, settings: Settings, chance: Random) -> None:
    """Add renewals that are coming up, and expansion deals that came to nothing."""
    if life.segment.touch == "tech" or life.spans[-1][1] is not None:
        return
    main = life.main
    if main.end is None and not main.lapsed and not main.rolls:
        left = main.term_end - settings.as_of
        if 0 < left <= 120:
            created = max(main.term_end - 120, main.start)
            life.renewal_reviews.append(main.term_end)
            life.deals.append(
                Deal(
                    "renewal",
                    None,
                    None,
                    main.number,
                    life.local_arr(),
                    "csm",
                    created,
                    main.term_end,
                    None,
                    False,
                )
            )
    first = max(life.start + 30, settings.window_start)
    if chance.random() < 0.35 and first < settings.as_of - 30:
        created = chance.randrange(first, settings.as_of)
        closes = created + chance.randrange(20, 120)
        core = next((i for i in main.items if i.charge == "recurring"), None)
        arr = local_arr_cents(core, main.interval, main.count)
        life.deals.append(
            Deal(
                "expansion",
                chance.choice(("seats", "product", "tier", "service", "price")),
                None,
                main.number,
                max(100, int(arr * chance.uniform(0.05, 0.3))),
                chance.choice(("csm", "sales", "product", "marketing")),
                created,
                closes,
                closes if closes <= settings.as_of else None,
                False,
            )
        )


CHAPTERS: dict[str, Callable[[Life, Settings, Random, int], int]] = {
    "churn": churn,
    "contraction": contraction,
    "expansion": expansion,
    "dip": dip,
    "rescue": rescue,
    "champion_replaced": champion_replaced,
    "ticket_burst": ticket_burst,
    "pause": pause_plan,
    "price_rise": price_rise,
}
