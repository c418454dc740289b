"""How a contract grows and shrinks while the account stays."""

from __future__ import annotations

from random import Random

from bowtie.simulator.catalogue import (
    ADD_ONS,
    AUTOMATION,
    AUTOMATION_PLUS,
    FREE,
    PRODUCTS,
    TIER_DOWN,
    TIER_UP,
)
from bowtie.simulator.contracts import Item, Subscription, local_price, period_price
from bowtie.simulator.lives import Deal, Life
from bowtie.simulator.planting import (
    LEAD_DAYS,
    NEVER,
    contract_day,
    drop_in_use,
    list_price,
    sour,
)
from bowtie.simulator.settings import Settings
from bowtie.simulator.signing import add_product, settle


def contraction(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Fewer seats, a smaller plan or an add-on given up; usage goes first."""
    main = life.main
    core = main.core()
    options = []
    if core.quantity >= 3:
        options.append((0.5, "low_seat_utilisation"))
    if core.product in TIER_DOWN:
        options.append((0.25, "budget"))
    droppable = [i for i in main.open_items() if i.product in (*ADD_ONS,)]
    if droppable:
        options.append((0.35, "product_unused"))
    if not options:
        return day + 20
    cause = chance.choices([o[1] for o in options], [o[0] for o in options])[0]
    lead, effective = contract_day(life, settings, chance, day, chance.random() < 0.6)
    start = effective - lead
    if start > settings.as_of:
        return NEVER
    decided = start + int(0.7 * lead)
    settle(life, settings, chance, min(effective - 1, settings.as_of))
    if life.main.lapsed:
        return NEVER
    if cause == "budget" and chance.random() < 0.5:
        lead, decided = 0, effective - 3
    outcome = life.plan("contraction", cause, decided, effective, lead)
    cut = chance.uniform(0.15, 0.5)
    if lead:
        depth = cut if cause == "low_seat_utilisation" else 0.3
        drop_in_use(life, start, lead, depth, outcome)
        sour(life, start, lead, 0.7)
    if effective > settings.as_of:
        outcome.realised = False
        return NEVER
    # A renewal on the very day comes first: the new term opens, then shrinks.
    settle(life, settings, chance, effective)
    main = life.main
    if main.lapsed:
        return NEVER
    if main.start > effective:
        return main.start + 20
    core = main.core()
    if cause == "low_seat_utilisation":
        seats = max(1, core.quantity - max(1, round(core.quantity * cut)))
        main.change(core, effective, "seats_removed", quantity=seats)
        life.seats.append((effective, seats))
    elif cause == "budget":
        product = TIER_DOWN[core.product]
        price = min(core.price_e4, list_price(life, main, product, chance))
        _swap_plan(life, chance, effective, product, price, "downgrade")
    else:
        item = next((i for i in main.open_items() if i.product in ADD_ONS), None)
        if item is not None:
            main.remove(item, effective)
            for use in life.add_on_use:
                if use[0] == item.product and use[2] is None:
                    use[2] = effective
    life.ramp(
        life.wellbeing,
        effective,
        effective + 40,
        life.level(life.wellbeing) + (0.5 if lead else 0),
    )
    return effective + 30


def _swap_plan(
    life: Life, chance: Random, day: int, product: str, price: int, reason: str
) -> None:
    """Move to another plan: on the subscription, or by ending it and opening one."""
    main = life.main
    core = main.core()
    moves = chance.random() < 0.25 and main.trial_ends is None and main.start < day
    if not moves:
        main.change(core, day, reason, product=product, price_e4=price)
        return
    successor = Subscription(
        number=len(life.subscriptions) + 1,
        start=day,
        interval=main.interval,
        count=main.count,
        term_months=main.term_months,
        auto_renews=main.auto_renews,
        currency=main.currency,
    )
    for item in main.items:
        if item.end is None and item.charge != "one_time":
            is_core = item is core
            successor.items.append(
                Item(
                    product if is_core else item.product,
                    item.charge,
                    item.quantity,
                    price if is_core else item.price_e4,
                    item.discount_e2,
                    day,
                    None,
                    reason if is_core else "plan_swap",
                )
            )
    main.prorations.append((day, -sum(map(period_price, main.open_items()))))
    main.end = day
    main.lapsed = True
    main.churn_reason = "plan_swap"
    successor.begin_terms()
    life.subscriptions.append(successor)


def expansion(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """More seats, a further product or a larger plan; usage leads."""
    main = life.main
    core = main.core()
    if core.product == FREE:
        return day + 30
    options = [(0.5, "seats_near_limit")]
    free_add_ons = [
        product
        for product in ADD_ONS
        if not any(use[0] == product and use[2] is None for use in life.add_on_use)
    ]
    has_automation = any(i.product == AUTOMATION for i in main.open_items())
    if free_add_ons and not PRODUCTS[core.product].is_self_service:
        options.append((0.25, "new_need"))
    if core.product in TIER_UP:
        options.append((0.2, "outgrew_plan"))
    if has_automation:
        options.append((0.2, "outgrew_product"))
    cause = chance.choices([o[1] for o in options], [o[0] for o in options])[0]
    lead = chance.randrange(*LEAD_DAYS)
    effective = day + lead
    outcome = life.plan("expansion", cause, effective - lead // 4, effective, lead)
    seats = life.seats[-1][1]
    level = life.level(life.users)
    if cause == "seats_near_limit":
        life.ramp(life.users, day, day + int(lead * 0.6), max(level, 0.97 * seats))
        life.signal("seats_near_limit", day, effective, outcome)
    else:
        grown = max(level, min(0.9 * seats, level * 1.25))
        life.ramp(life.users, day, day + int(lead * 0.6), grown)
        life.signal("usage_growth", day, effective, outcome)
    peak = life.level(life.wellbeing)
    life.ramp(life.wellbeing, day, day + lead, peak + 0.4)
    settle(life, settings, chance, min(effective - 1, settings.as_of))
    if life.main.lapsed:
        outcome.realised = False
        return NEVER
    before = life.local_arr()
    deal = Deal(
        "expansion",
        {"seats_near_limit": "seats", "new_need": "product"}.get(cause, "tier"),
        None,
        life.main.number,
        0,
        chance.choice(("csm", "csm", "sales", "product", "marketing")),
        day + lead // 4,
        effective + chance.randrange(-15, 15),
        effective,
        True,
    )
    if effective > settings.as_of:
        outcome.realised = False
        deal.closes = None
        deal.amount_cents = max(100, int(before * chance.uniform(0.08, 0.3)))
        if deal.created <= settings.as_of and life.segment.touch != "tech":
            life.deals.append(deal)
        return NEVER
    settle(life, settings, chance, effective)
    main = life.main
    if main.lapsed or main.start > effective:
        return NEVER if main.lapsed else main.start + 20
    before = life.local_arr()
    core = main.core()
    if cause == "seats_near_limit":
        _add_seats(life, chance, effective, core)
    elif cause == "new_need":
        product = chance.choice(free_add_ons)
        add_product(life, chance, effective, product, "cross_sell")
        deal.product = product
    elif cause == "outgrew_plan" and core.product in TIER_UP:
        product = TIER_UP[core.product]
        price = max(
            int(core.price_e4 * 1.05) // 100 * 100 + 100,
            list_price(life, main, product, chance),
        )
        price = local_price(price / 10_000, life.currency, 10**8)
        _swap_plan(life, chance, effective, product, price, "upgrade")
        deal.product = product
    else:
        item = next((i for i in main.open_items() if i.product == AUTOMATION), None)
        if item is not None:
            price = local_price(item.price_e4 * 1.6 / 10_000, life.currency, 10**8)
            main.change(
                item, effective, "upgrade", product=AUTOMATION_PLUS, price_e4=price
            )
            deal.product = AUTOMATION_PLUS
            for use in life.add_on_use:
                if use[0] == AUTOMATION and use[2] is None:
                    use[2] = effective
            life.add_on_use.append([AUTOMATION_PLUS, effective, None, True])
    deal.amount_cents = life.local_arr() - before
    if life.segment.touch != "tech" and deal.amount_cents > 0:
        life.deals.append(deal)
    life.ramp(life.wellbeing, effective, effective + 60, peak + 0.15)
    if cause == "seats_near_limit":
        seats = life.seats[-1][1]
        level = min(life.level(life.users), 0.8 * seats)
        life.ramp(life.users, effective + 10, effective + 75, level)
    return effective + 45


def _add_seats(life: Life, chance: Random, day: int, core: Item) -> None:
    main = life.main
    seats = core.quantity + max(1, round(core.quantity * chance.uniform(0.12, 0.5)))
    if chance.random() < 0.04:
        # Taken, given back and taken again on one day: nets to one change.
        core = main.change(core, day, "seats_added", quantity=seats + 1)
        main.change(core, day, "seats_corrected", quantity=seats)
    else:
        main.change(core, day, "seats_added", quantity=seats)
    life.seats.append((day, seats))
