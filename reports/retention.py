# %% [markdown]
# # Retention
#
# Do customers stay, and do they grow? For the CEO, the CFO and the CCO.

# %%
from bowtie.reporting import house

standing = house.ask("""
    select
        as_of_month, metric, rate, change_on_quarter, change_on_year, target,
        is_on_target
    from revenue.retention_standings
    where touch_tier = 'all'
    order by position
""")
nrr, grr, logos = (standing.row(index) for index in range(3))

# %%
if nrr.rate.raw is None:
    house.answer("Nobody was a customer a year ago, so nothing can be retained yet.")
else:
    house.answer(
        "In the twelve months to the end of {} we kept {} of the recurring revenue "
        "with which they opened, the growth of the same customers included: {}, and "
        "{}. Without that growth it is {}, and {} of the customers themselves stayed.",
        nrr.as_of_month,
        nrr.rate,
        house.moved(nrr.change_on_quarter, "last quarter"),
        house.against_target(nrr),
        grr.rate,
        logos.rate,
    )

# %%
NOTE = "It is {}, {}, {}."
tiles = []
for row in standing:
    quarter = house.moved(row.change_on_quarter, "last quarter")
    year = house.moved(row.change_on_year, "last year")
    note = house.sentence(NOTE, quarter, year, house.against_target(row))
    tiles.append(house.Tile(str(row.metric), row.rate, note, house.tone(row)))
house.tiles(tiles, standing)

# %%
house.note(
    "Rates end with the last whole month: one that ended inside a month would be up to "
    "a month short of its twelve. Targets are yours to set, in the seed "
    "retention_targets; those that Bowtie brings are stand-ins."
)

# %% [markdown]
# ## Where the ARR went

# %%
BRIDGE = """
    select step, arr
    from revenue.arr_bridge_steps
    where window_months = {} and (arr <> 0 or step in ('opening', 'closing'))
    order by position
"""
year = house.ask(BRIDGE.format(12))
house.figure(
    house.waterfall(year, "step", "arr", {"opening", "closing"}),
    year,
    caption="ARR bridge over twelve months",
    alt="A bridge from the ARR of a year before to the last close, by movement.",
)

# %%
quarter = house.ask(BRIDGE.format(3))
house.remark(
    "At the end of {} ARR was {}, a quarter before {}, and a year before {}.",
    nrr.as_of_month,
    year.row(-1).arr,
    quarter.row(0).arr,
    year.row(0).arr,
)
house.figure(
    house.waterfall(quarter, "step", "arr", {"opening", "closing"}),
    quarter,
    caption="ARR bridge over the last quarter",
    alt="A bridge from the ARR of a quarter before to the last close, by movement.",
)

# %% [markdown]
# ## How it has moved

# %%
trend = house.ask("""
    select as_of_month, nrr, grr, logo_retention, base_accounts, base_arr
    from revenue.retention
    where
        window_months = 12
        and slice_name = 'all'
        and not is_partial
        and base_accounts > 0
    order by as_of_month
""")

# %%
house.figure(
    house.lines(
        trend, "as_of_month", ["nrr", "grr", "logo_retention"], target=nrr.target
    ),
    trend,
    caption="Retention over twelve months, month by month",
    alt="Net, gross and logo retention by month; dashed, the target of net retention.",
)

# %%
if len(trend):
    house.remark(
        "Each point compares the customers of a year before with themselves, {} in the "
        "first point and {} in the last; who joined since is in neither side. The "
        "dashed line is the target of net retention.",
        trend.row().base_accounts,
        trend.row(-1).base_accounts,
    )

# %%
cohorts = house.ask("""
    select cohort_month, age_months, nrr, cohort_accounts, cohort_arr
    from revenue.retention_cohorts
    where
        slice_name = 'all'
        and is_complete
        and age_months in (1, 3, 6, 9, 12, 15, 18, 21, 24)
        and cohort_month in (
            select distinct cohort_month from revenue.retention_cohorts
            order by cohort_month desc limit 25
        )
    order by cohort_month, age_months
""")

# %%
house.figure(
    house.heat_map(
        cohorts, "cohort_month", "age_months", "nrr", size="cohort_accounts"
    ),
    cohorts,
    caption="What is left of each month's new customers' first ARR, by age in months",
    alt="A triangle of net retention: a row a month of first ARR, with its number of "
    "customers, and a column an age.",
)

# %% [markdown]
# ## Where it is strong, and where it is not

# %%
tiers = house.ask("""
    select
        touch_tier, metric, base_accounts, base_arr, rate, change_on_quarter,
        change_on_year, target, distance_to_target
    from revenue.retention_standings
    where touch_tier <> 'all'
    order by position, rate desc, touch_tier
""")
house.table(tiers, caption="By touch tier, against target")

# %%
SLICES = """
    select slice_value, base_accounts, base_arr, nrr, grr, logo_retention
    from revenue.retention
    where
        window_months = 12
        and slice_name = ?
        and as_of_month in (
            select max(as_of_month) from revenue.retention where not is_partial
        )
    order by base_arr desc, slice_value
"""
for name in ("region", "industry"):
    house.table(house.ask(SLICES, name), caption=f"By {name}")

# %%
books = house.ask("""
    select
        csm_name, period_start, opening_accounts, opening_arr, nrr, grr, logo_retention
    from capacity.csm_scorecard
    where
        period = 'year'
        and opening_arr > 0
        and period_start in (
            select max(period_start) from capacity.csm_scorecard
            where period = 'year' and not is_partial
        )
    order by opening_arr desc, csm_id
""")

# %%
house.table(
    books,
    caption="By CSM, over the last whole calendar year: the book with which it opened",
    empty="No calendar year is over yet.",
)

# %%
nobody = house.ask(SLICES, "csm").where(slice_value="unassigned")
if len(nobody):
    alone = nobody.row()
    house.remark(
        "Nobody looked after {} of those who were customers a year before, with {} of "
        "ARR: net retention of {}, gross of {}, over the twelve months.",
        alone.base_accounts,
        alone.base_arr,
        alone.nrr,
        alone.grr,
    )

# %% [markdown]
# ## What drove it

# %%
causes = house.ask("""
    select cause, net_arr, nrr_points, gained_arr, lost_arr, accounts
    from revenue.retention_causes
    order by net_arr desc, cause
""")
house.figure(
    house.bars(causes, "cause", "net_arr", colour="gain"),
    causes,
    caption="What moved the ARR of last year's customers, by cause",
    alt="A bar for each cause: gains to the right, losses to the left.",
)

# %%
best, worst = causes.row(0), causes.row(-1)
if (best.net_arr.raw or 0) > 0 > (worst.net_arr.raw or 0):
    house.remark(
        "Most was gained by {}, {} of net retention; most was lost to {}, {}.",
        best.cause,
        best.nrr_points,
        worst.cause,
        worst.nrr_points,
    )

# %%
reasons = house.ask("""
    select churn_reason, churned_accounts, churned_arr, churned_arr_share
    from revenue.churn_reasons
    order by churned_arr, churn_reason
""")
house.table(
    reasons,
    caption="Why customers left, as the biller has it",
    empty="Nobody left in these months.",
)

# %%
ACCOUNTS = """
    select
        account_name, touch_tier, csm_name, base_arr, current_arr, change_arr,
        main_cause
    from revenue.retention_accounts
    where change_arr {} 0
    order by abs(change_arr) desc, account_id
"""
house.table(house.ask(ACCOUNTS.format("<")), caption="Who shrank most", longest=12)
house.table(house.ask(ACCOUNTS.format(">")), caption="Who grew most", longest=12)

# %% [markdown]
# ## The same year under other definitions

# %%
definitions = house.ask("""
    select definition, metric, source, rate
    from revenue.retention_definitions
    order by position
""")
house.table(definitions, caption="What other companies would publish for this one")

# %% [markdown]
# ## What comes next

# %%
forecast = house.ask("""
    select target_on, low_nrr, forecast_nrr, high_nrr, interval_coverage
    from expansion_renewals.nrr_forecast
    where is_current
    order by target_on
""")
house.figure(
    house.intervals(forecast, "target_on", "low_nrr", "forecast_nrr", "high_nrr"),
    forecast,
    caption="Net retention of today's customers, forecast for the next twelve months",
    alt="A point and a range for three, six, nine and twelve months from now on.",
)

# %%
record = house.ask("""
    select
        horizon, forecasts, intervals, intervals_held, outcomes_above, outcomes_below,
        mean_absolute_error, raw_mean_absolute_error, has_correction_helped,
        largest_absolute_error
    from expansion_renewals.nrr_forecast_records
    where horizon in ('4', 'all')
    order by horizon
""")

# %%
if len(record) == 2 and record.row(0).forecasts.raw:
    far, every = record.row(0), record.row(1)
    house.note(
        "Read the ranges with care. Twelve months ahead a forecast missed by {} on "
        "average, and by {} at worst. Of {} ranges that this method would have given "
        "for times now over, {} of them so far ahead, {} held what came: {} were "
        "exceeded, {} fallen short of.",
        far.mean_absolute_error.shown_as("points_apart"),
        far.largest_absolute_error.shown_as("points_apart"),
        every.intervals,
        far.intervals,
        every.intervals_held,
        every.outcomes_above,
        every.outcomes_below,
    )

# %%
if len(record) == 2 and record.row(0).forecasts.raw:
    house.note(
        "A forecast is moved by the mean of the errors that were known. Over all times "
        "ahead that {} so far: it missed by {} on average with it, by {} without.",
        "has helped" if every.has_correction_helped.raw else "has not helped",
        every.mean_absolute_error.shown_as("points_apart"),
        every.raw_mean_absolute_error.shown_as("points_apart"),
    )
