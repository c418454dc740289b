# %% [markdown]
# # Customer success in one page
#
# Where do we stand, can the numbers be believed, and where is more? For everybody.

# %%
from bowtie.reporting import house

STANDING = """
    select as_of_month, metric, rate, change_on_quarter, target, is_on_target
    from revenue.retention_standings
    where touch_tier = 'all'
    order by position
"""
standing = house.ask(STANDING)
nrr = standing.row()

# %%
bands = house.ask("""
    select accounts, arr, red_accounts, red_arr, red_arr_share, scored_share
    from health.band_shares
    where is_current and touch_tier = 'all'
""")
health = bands.row()

# %%
if not health.accounts.raw:
    house.answer("There are no customers yet.")
elif nrr.rate.raw is None:
    house.answer(
        "{} pay {} a year. Nobody was a customer a year ago, so nothing can be "
        "retained yet; {} of ARR is red.",
        house.counted(health.accounts, "customer", "customers"),
        health.arr,
        health.red_arr,
    )

# %%
if health.accounts.raw and nrr.rate.raw is not None:
    house.answer(
        "{} pay {} a year. Net retention over the twelve months to the end of {} is "
        "{}, {} and {}; {} of ARR is red.",
        house.counted(health.accounts, "customer", "customers"),
        health.arr,
        nrr.as_of_month,
        nrr.rate,
        house.moved(nrr.change_on_quarter, "last quarter"),
        house.against_target(nrr),
        health.red_arr,
    )

# %%
TITLES = ["Net retention", "Gross retention", "Logo retention"]
tiles = [
    house.Tile(
        title,
        row.rate,
        house.sentence(
            "It is {}, {}.",
            house.moved(row.change_on_quarter, "last quarter"),
            house.against_target(row),
        ),
        house.tone(row),
    )
    for title, row in zip(TITLES, standing, strict=False)
]
house.tiles(tiles, standing)

# %%
forecasts = house.ask("""
    select target_on, forecast_nrr, low_nrr, high_nrr
    from expansion_renewals.nrr_forecast
    where is_current and quarters_ahead = 4
""")
ahead = forecasts.row()
records = house.ask("""
    select intervals, intervals_held
    from expansion_renewals.nrr_forecast_records
    where horizon = 'all'
""")

# %%
OVER = "Of today's customers, over the twelve months to {}"
by = house.sentence(OVER, ahead.target_on)
if ahead.low_nrr.raw is None:
    by = house.sentence("{}. Too few earlier forecasts are over for a range.", by)
else:
    by = house.sentence(
        "{}: from {} to {} if past errors repeat. Of {} such ranges for times that are "
        "over, {} held what came.",
        by,
        ahead.low_nrr,
        ahead.high_nrr,
        records.row().intervals,
        records.row().intervals_held,
    )

# %%
CHECKS = """
    select check_name, subject, outcome
    from quality.quality_results
    where outcome = '{}'
    order by source, check_name, subject
"""
passed = house.ask(CHECKS.format("passed"))
warned = house.ask(CHECKS.format("warned"))

# %%
red = house.sentence("{} of ARR, {} of all.", health.red_arr, health.red_arr_share)
found = house.sentence("{} ended with a warning.", warned.count)
house.tiles(
    [
        house.Tile("Red customers", health.red_accounts, red, "red"),
        house.Tile("Net retention ahead", ahead.forecast_nrr, by),
        house.Tile("Checks passed", passed.count, found),
    ],
    *(bands, forecasts, records),
)

# %% [markdown]
# ## The pages

# %%
house.links()

# %% [markdown]
# ## What changed since the last generation

# %%
before = house.ask_previous(STANDING)
if before is None:
    house.remark("There is no generation before this one to compare with.")
else:
    house.remark("It counted to the end of {}.", before.row().as_of_month)
    house.table(before, caption="What the generation before said of retention")

# %%
restated = house.ask("""
    select month, account_id, main_reason, earlier_closing_arr, closing_arr,
        restated_arr
    from revenue.restatements
    order by abs(restated_arr) desc, account_id, month
""")
house.table(
    restated,
    caption="Closed months that were restated",
    longest=10,
    empty="No closed month was restated.",
)
