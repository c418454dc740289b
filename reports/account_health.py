# %% [markdown]
# # Account health
#
# Which customers are in trouble, what changed, and is somebody on it? For the leaders
# of customer success.

# %%
from bowtie.reporting import house

BANDS = ["green_arr", "yellow_arr", "red_arr", "unscored_arr"]
COLUMNS = """
    touch_tier, accounts, arr,
    green_accounts, yellow_accounts, red_accounts, unscored_accounts,
    green_arr, yellow_arr, red_arr, unscored_arr, red_arr_share,
    red_unattended_accounts, red_unattended_arr
"""
company = house.ask(f"""
    select {COLUMNS}
    from health.band_shares
    where is_current and touch_tier = 'all'
""")
now = company.row()

# %%
if not now.accounts.raw:
    house.answer("There are no customers yet.")
else:
    house.answer(
        "Of {} {} red, with {} of ARR, {} of all. Nothing is open on {} of them, with "
        "{}. {} yellow, with {}.",
        house.counted(now.accounts, "customer", "customers"),
        house.counted(now.red_accounts, "is", "are"),
        now.red_arr,
        now.red_arr_share,
        now.red_unattended_accounts,
        now.red_unattended_arr,
        house.counted(now.yellow_accounts, "more is", "more are"),
        now.yellow_arr,
    )

# %%
shown = {"Green": "green", "Yellow": "yellow", "Red": "red", "Unscored": "unscored"}
tiles = []
for label, band in shown.items():
    arr, accounts = getattr(now, f"{band}_arr"), getattr(now, f"{band}_accounts")
    note = house.sentence("{} of ARR", arr)
    tiles.append(house.Tile(label, accounts, note, band))
house.tiles(tiles, company)

# %% [markdown]
# ## Bands by tier, and by week

# %%
tiers = house.ask(f"""
    select {COLUMNS}
    from health.band_shares
    where is_current and touch_tier <> 'all'
    order by arr desc, touch_tier
""")
house.figure(
    house.stacked_bars(tiers, "touch_tier", BANDS, horizontal=True),
    tiers,
    caption="ARR by health band and touch tier",
    alt="A bar for each touch tier, divided into green, yellow, red and unscored ARR.",
)

# %%
weeks = house.ask("""
    select taken_on, green_arr_share, yellow_arr_share, red_arr_share,
        unscored_arr_share
    from health.band_shares
    where touch_tier = 'all' and week in (
        select distinct week from health.band_shares order by week desc limit 26
    )
    order by week
""")

# %%
SHARES = ["yellow_arr_share", "red_arr_share", "unscored_arr_share"]
house.figure(
    house.stacked_bars(weeks, "taken_on", SHARES),
    weeks,
    caption="Share of ARR that is not green, by week",
    alt="A bar for each of the last weeks, divided into yellow, red and unscored ARR.",
)

# %% [markdown]
# ## Who moved, and why

# %%
MOVES = """
    select from_band, to_band, accounts, arr, compared_with
    from health.band_migrations
    where window_weeks = {} and from_band <> to_band
    order by arr desc, from_band, to_band
"""
house.table(
    house.ask(MOVES.format(4)),
    caption="Moves between bands in the last four weeks",
    empty="Nobody moved.",
)

# %%
house.table(
    house.ask(MOVES.format(13)),
    caption="Moves between bands in the last quarter",
    empty="Nobody moved.",
)

# %%
movers = house.ask("""
    select account_name, csm_name, arr, band_4_weeks_ago, band, band_since, why_moved
    from health.account_health
    where
        band_4_weeks_ago in ('green', 'yellow', 'red')
        and band in ('green', 'yellow', 'red')
        and band <> band_4_weeks_ago
    order by arr desc, account_id
""")
house.table(
    movers,
    caption="Who moved between green, yellow and red in the last four weeks",
    longest=15,
    empty="Nobody moved between these.",
)

# %% [markdown]
# ## Who is at risk, and is somebody on it?

# %%
RISKS = """
    select
        account_name, csm_name, arr, score, raw_band, drivers_down, open_triggers,
        overdue_since, next_due_on
    from health.account_health
    where band = {}
    order by priority desc nulls last, arr desc, account_id
"""
red = house.ask(RISKS.format("'red'"))
house.table(red, caption="Red, the most pressing first", longest=15, empty="Nobody.")
yellow = house.ask(RISKS.format("'yellow'"))
house.table(
    yellow, caption="Yellow, the most pressing first", longest=10, empty="Nobody."
)

# %%
alone = house.ask("""
    select
        account_name, csm_name, touch_tier, arr, score, raw_band, band_since,
        drivers_down
    from health.account_health
    where band = 'red' and open_interventions = 0
    order by arr desc, account_id
""")
house.table(
    alone,
    caption="Red, and nothing is open on it",
    longest=10,
    empty="Each red account has an open intervention.",
)

# %%
stuck = house.ask("""
    select account_name, touch_tier, arr, reason, opened_on, due_on, first_touch_on
    from health.interventions
    where is_open and trigger = 'onboarding_stalled'
    order by priority desc, account_id
""")
house.table(
    stuck,
    caption="Stuck in onboarding",
    longest=10,
    empty="Nobody who has a CSM is stuck.",
)

# %% [markdown]
# ## What came of what we did

# %%
ended = house.ask("""
    select trigger, closed, recovered, churned, expanded, expired, won_rate,
        churned_rate, touched_rate
    from health.intervention_outcomes
    order by trigger_rank
""")
house.table(
    ended,
    caption="Interventions closed in the last twelve months, by what had opened them",
    empty="None was closed.",
)

# %% [markdown]
# ## How much the score knows, and how far to trust it

# %%
coverage = house.ask("""
    select touch_tier, accounts, scored_share, coverage
    from health.band_shares
    where is_current
    order by arr desc, touch_tier
""")
house.figure(
    house.bars(coverage, "touch_tier", "coverage"),
    coverage,
    caption="Share of the score's inputs that is known",
    alt="A bar for each touch tier, and one for the company.",
)

# %%
backtest = house.ask("""
    select lead_days, observations, coverage, red_observations, red_rate, red_recall,
        yellow_rate, green_rate, unscored_rate, base_rate, warned_churns, churns,
        median_warning_days
    from health.health_backtest
    where predictor = 'health_score' and outcome = 'logo_churn' and slice_name = 'all'
    order by lead_days
""")

# %%
for row in backtest.where(lead_days=90):
    house.remark(
        "Of accounts that were red, and free to leave within {} days, {} left in that "
        "time; of green ones {}.",
        row.lead_days,
        row.red_rate,
        row.green_rate,
    )

# %%
for row in backtest.where(lead_days=90):
    house.remark(
        "Of all who left so, {} had been red; only {} of those looked at had a score. "
        "Of {} churns at any time {} were red in their last score.",
        row.red_recall,
        row.coverage,
        row.churns,
        row.warned_churns,
    )

# %%
house.table(
    backtest,
    caption="Who left within so many days, by the band that they were in",
    empty="No window is over yet that could be looked back on.",
)
