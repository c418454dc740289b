"""What an account signs: sign-up, add-ons, renewals, pauses and the end."""

from __future__ import annotations

import math
from random import Random

from bowtie.simulator.calendar import add_months
from bowtie.simulator.catalogue import (
    ADD_ONS,
    API_CALLS,
    BASIC,
    BUSINESS,
    ENTERPRISE,
    FREE,
    ONBOARDING,
    PLUS,
    PRODUCTS,
)
from bowtie.simulator.contracts import (
    PERIODS_A_YEAR,
    Item,
    Subscription,
    local_arr_cents,
    local_price,
)
from bowtie.simulator.lives import Deal, Life
from bowtie.simulator.settings import GRACE_DAYS, Settings


def sign(life: Life, settings: Settings, chance: Random, day: int, again: bool) -> None:
    """Open the account's main subscription on a day, with what comes with it."""
    _, interval, count, term_months = life.billing
    segment = life.segment
    median, spread, low, high = segment.target_arr
    target = min(max(median * math.exp(chance.gauss(0, spread)), low), high)
    product = segment.product
    if product == BASIC and target > 1_500:
        product = PLUS
    if product == ENTERPRISE and chance.random() < 0.2:
        product = BUSINESS
    months = 12 / PERIODS_A_YEAR[interval] * count
    # A negotiated list price: few customers pay the same to the cent.
    monthly = PRODUCTS[product].monthly_price * chance.uniform(0.85, 1.1)
    seats = max(1, round(target / (monthly * 12)))
    price = local_price(monthly * months, life.currency, life.rate_e8)
    subscription = Subscription(
        number=len(life.subscriptions) + 1,
        start=day,
        interval=interval,
        count=count,
        term_months=term_months,
        auto_renews=life.auto_renews,
        currency=life.currency,
    )
    if not again and chance.random() < segment.trial:
        subscription.trial_ends = day + chance.choice((14, 14, 30))
    free = product == BASIC and not again and chance.random() < 0.05
    first = Item(product, "recurring", seats, price, 0, day, None, "new")
    if free:
        first.product, first.price_e4 = FREE, 0
    elif not again and term_months and chance.random() < 0.18:
        first.discount_e2 = chance.choice((500, 1_000, 1_250, 1_500, 2_000, 3_000))
        if chance.random() < 0.75:
            life.discount_ends = add_months(day, chance.choice((3, 6, 12, 12)))
    subscription.items.append(first)
    if segment.touch in ("high", "mid") and not again:
        fee = local_price(max(500, target * 0.05), life.currency, life.rate_e8)
        subscription.items.append(
            Item(ONBOARDING, "one_time", 1, fee, 0, day, day + 1, "new")
        )
    if segment.touch != "tech" and chance.random() < 0.1:
        unit = local_price(
            PRODUCTS[API_CALLS].monthly_price, life.currency, life.rate_e8
        )
        calls = chance.randrange(5_000, 80_000)
        subscription.items.append(
            Item(API_CALLS, "usage", calls, max(unit, 1), 0, day, None, "new")
        )
    subscription.begin_terms()
    life.subscriptions.append(subscription)
    life.spans.append([day, None])
    life.seats.append((day, seats))
    if segment.touch != "tech":
        for add_on in ADD_ONS:
            if chance.random() < 0.15:
                add_product(life, chance, day, add_on, "new")
    users = max(0.8, seats * life.utilisation)
    wellbeing = 0.75 * life.quality
    if again:
        life.ramp(life.users, day - 1, day, 0.4 * users)
        life.ramp(life.users, day, day + 45, users)
        life.ramp(life.wellbeing, day - 1, day, wellbeing)
    else:
        ramp_days = chance.randrange(15, 75)
        life.users += [(day, 0.3 * users), (day + ramp_days, users)]
        life.wellbeing.append((day, wellbeing))
        life.created = day - (
            chance.randrange(3)
            if segment.touch == "tech"
            else chance.randrange(20, 130)
        )
    if segment.touch != "tech":
        created = day - chance.randrange(15, 110) if again else life.created
        life.deals.append(
            Deal(
                "new_business",
                None,
                product,
                subscription.number,
                life.local_arr(),
                chance.choice(("sales", "sales", "marketing")),
                created,
                day + chance.randrange(-10, 20),
                day,
                True,
            )
        )


def add_product(
    life: Life, chance: Random, day: int, product: str, reason: str
) -> Item | None:
    """Sell an add-on, on the main subscription or on one of its own.

    Returns the new item, or None when the account already has the product.
    """
    if any(use[0] == product and use[2] is None for use in life.add_on_use):
        return None
    main = life.main
    core = main.core()
    months = 12 / PERIODS_A_YEAR[main.interval] * main.count
    yearly = (
        local_arr_cents(core, main.interval, main.count)
        / 100
        * chance.uniform(0.08, 0.22)
    )
    life.add_on_use.append([product, day, None, chance.random() > 0.2])
    if chance.random() < 0.25 and main.trial_ends is None:
        extra = Subscription(
            number=len(life.subscriptions) + 1,
            start=day,
            interval="month",
            count=1,
            term_months=0,
            auto_renews=True,
            currency=life.currency,
            is_main=False,
        )
        life.subscriptions.append(extra)
        price = local_price(yearly / 12, life.currency, 10**8)
        return extra.add(product, 1, max(price, 10_000), day, reason)
    price = local_price(yearly * months / 12, life.currency, 10**8)
    return main.add(product, 1, max(price, 10_000), day, reason)


def settle(life: Life, settings: Settings, chance: Random, day: int) -> None:
    """Let everything happen that falls due by itself up to a day, that day included.

    That is renewals at term ends and the end of a first discount, in order of time.
    """
    while True:
        main = life.main
        over = main.end is not None or main.lapsed
        renewal = None if over or main.rolls else main.term_end
        due = [d for d in (renewal, life.discount_ends) if d is not None and d <= day]
        if not due:
            return
        if min(due) == life.discount_ends:
            _end_discount(life, life.discount_ends)
        else:
            renew(life, settings, chance)


def _end_discount(life: Life, day: int) -> None:
    life.discount_ends = None
    main = life.main
    core = main.core() if main.end is None and not main.lapsed else None
    if core is None or core.discount_e2 == 0 or day > (main.term_end or day):
        return
    main.change(core, day, "discount_expired", discount_e2=0)
    life.plan("expansion", "discount_expiry", day, day, 0)


def renew(life: Life, settings: Settings, chance: Random) -> None:
    """Renew the main subscription at its term end: in place, anew, or late and anew.

    A late renewal is drawn only where the contract needs a signature. One that
    comes after the grace period is a churn at the term end and a return.
    """
    main = life.main
    due = main.term_end
    arr = life.local_arr()
    late = 0
    alone = sum(s.end is None and not s.lapsed for s in life.subscriptions) == 1
    if main.auto_renews is False and life.renews_anew and alone:
        draw = chance.random()
        if draw < 0.18:
            late = chance.choice((1, 3, 8, 14, 21, 29, GRACE_DAYS))
        elif draw < 0.22:
            late = GRACE_DAYS + chance.randrange(1, 40)
    signed = due + late
    rise = chance.uniform(1.02, 1.08) if chance.random() < 0.45 else 1.0
    if due >= settings.window_start - 120:
        life.renewal_reviews.append(due)
        if life.segment.touch != "tech":
            closed = signed - (chance.randrange(1, 40) if late == 0 else 0)
            life.deals.append(
                Deal(
                    "renewal",
                    None,
                    None,
                    main.number,
                    arr,
                    "csm",
                    max(due - 120, main.start),
                    due,
                    max(closed, main.start + 1),
                    True,
                )
            )
    if signed > settings.as_of:
        # Not signed yet: the old term is all that the biller knows. Beyond the
        # grace period that is a churn in the books, though it will come back.
        if settings.as_of >= due + GRACE_DAYS:
            _lapse_and_return(life, main, due, None)
        else:
            main.lapsed = True
        return
    if not life.renews_anew:
        main.next_term()
        if rise > 1:
            _raise_prices(life, main, due, rise)
        return
    successor = Subscription(
        number=len(life.subscriptions) + 1,
        start=signed,
        interval=main.interval,
        count=main.count,
        term_months=main.term_months,
        auto_renews=main.auto_renews,
        currency=main.currency,
        renewed_from=main.number,
    )
    if late == 0 and chance.random() < 0.5:
        main.end = signed
    elif late > GRACE_DAYS:
        if chance.random() < 0.5:
            main.end = due
        _lapse_and_return(life, main, due, signed)
    main.lapsed = True
    main.status_when_over = "ended" if late <= GRACE_DAYS else "expired"
    for item in main.items:
        if item.end is None and item.charge != "one_time":
            successor.items.append(
                Item(
                    item.product,
                    item.charge,
                    item.quantity,
                    item.price_e4,
                    item.discount_e2,
                    signed,
                    None,
                    "renewal",
                )
            )
    successor.begin_terms()
    life.subscriptions.append(successor)
    if rise > 1:
        for item in successor.open_items():
            item.price_e4 = _raised(item.price_e4, rise, life.currency)
            item.reason = "price_increase"
        _plan_price_rise(life, signed)


def _lapse_and_return(
    life: Life, main: Subscription, due: int, signed: int | None
) -> None:
    main.lapsed = True
    main.status_when_over = "expired"
    life.plan("churn", "lapsed_before_late_renewal", due, due, 0)
    life.spans[-1][1] = due
    if signed is not None:
        life.spans.append([signed, None])


def _raised(price_e4: int, factor: float, currency: str) -> int:
    return max(price_e4, local_price(price_e4 * factor / 10_000, currency, 10**8))


def _raise_prices(life: Life, main: Subscription, day: int, factor: float) -> None:
    for item in main.open_items():
        raised = _raised(item.price_e4, factor, life.currency)
        if raised > item.price_e4:
            main.change(item, day, "price_increase", price_e4=raised)
    _plan_price_rise(life, day)


def _plan_price_rise(life: Life, day: int) -> None:
    life.plan("expansion", "price_rise", day, day, 0)


def end_account(
    life: Life,
    day: int,
    reason: str,
    cancelled: int | None,
    chance: Random,
) -> None:
    """Churn: every open subscription of the account ends on a day.

    One that does not auto-renew and is at its term end often has no end date in the
    biller: nobody cancelled, it was just not renewed.
    """
    for subscription in life.subscriptions:
        if subscription.end is not None or subscription.lapsed:
            continue
        silent = (
            subscription.auto_renews is False
            and subscription.term_end == day
            and chance.random() < 0.7
        )
        subscription.lapsed = True
        subscription.churn_reason = None if silent else reason
        subscription.status_when_over = "expired" if silent else "cancelled"
        if not silent:
            subscription.end = day
            subscription.cancel_requested = cancelled
    for use in life.add_on_use:
        if use[2] is None:
            use[2] = day
    life.spans[-1][1] = day
    life.discount_ends = None


def pause(life: Life, start: int, end: int) -> None:
    """Pause every open subscription of the account."""
    for subscription in life.subscriptions:
        if subscription.end is None and not subscription.lapsed:
            subscription.pauses.append((start, end))
