# %% [markdown]
# # Capacity
#
# Can the team carry its customers, and who should look after whom? For customer
# success operations.

# %%
from bowtie.reporting import house

totals = house.ask("""
    select
        as_of_date, csms, csms_overbooked, accounts, uncovered_accounts, uncovered_arr,
        mis_tiered_accounts, mis_tiered_arr, utilisation, expected_hours,
        available_hours, proposed_moves, tiers_out_of_band, csms_to_hire
    from capacity.capacity_totals
""")
now = totals.row()

# %%
tiers = house.ask("""
    select
        touch_tier, status, accounts, arr, csms, teams, accounts_per_csm,
        accounts_per_team, recommended_min, recommended_max, is_team_band, csms_needed
    from capacity.tier_capacity
    where
        touch_tier <> 'unassigned'
        and month in (select max(month) from capacity.tier_capacity)
    order by arr desc, touch_tier
""")

# %%
OUTSIDE = """
    select touch_tier
    from capacity.tier_capacity
    where
        touch_tier <> 'unassigned'
        and status = ?
        and month in (select max(month) from capacity.tier_capacity)
    order by touch_tier
"""
over, under = house.ask(OUTSIDE, "over"), house.ask(OUTSIDE, "under")

# %%
house.answer(
    "{} there for {}: {} more accounts for a CSM or team than the tier's band allows, "
    "{} fewer. The books need {} of the hours there are. Nobody looks after {}, and {} "
    "with a CSM of another tier.",
    house.counted(now.csms, "CSM is", "CSMs are"),
    house.counted(now.accounts, "customer", "customers"),
    house.counted(over.count, "tier has", "tiers have"),
    under.count,
    now.utilisation,
    house.counted(now.uncovered_accounts, "customer", "customers"),
    house.counted(now.mis_tiered_accounts, "is", "are"),
)

# %%
HOURS = house.sentence(
    "{} needed, {} there, in the month up to {}",
    now.expected_hours,
    now.available_hours,
    now.as_of_date,
)

# %%
UNCOVERED = house.sentence("with {} of ARR", now.uncovered_arr)
MIS_TIERED = house.sentence("with {} of ARR", now.mis_tiered_arr)
STUCK = house.sentence(
    "{} out of band all the same",
    house.counted(now.tiers_out_of_band, "tier stays", "tiers stay"),
)
house.tiles(
    [
        house.Tile("Hours needed, of those there", now.utilisation, HOURS),
        house.Tile("Customers of nobody", now.uncovered_accounts, UNCOVERED),
        house.Tile("With a CSM of another tier", now.mis_tiered_accounts, MIS_TIERED),
        house.Tile("Moves that would mend it", now.proposed_moves, STUCK),
    ],
    totals,
)

# %% [markdown]
# ## Load, in accounts and in hours

# %%
house.table(tiers, caption="Accounts for each CSM or team, against the tier's band")

# %%
loads = house.ask("""
    select
        csm_name, team, accounts, band, recommended_min, recommended_max,
        expected_hours, available_hours, utilisation, logged_share,
        customer_facing_share
    from capacity.csm_capacity
    where
        is_present_at_close
        and month in (select max(month) from capacity.csm_capacity)
    order by utilisation desc nulls last, csm_id
""")

# %%
house.figure(
    house.bars(loads.first(25), "csm_name", "expected_hours", target="available_hours"),
    loads.first(25),
    caption="Hours that each book needs in the month; the mark is what its CSM has",
    alt="A bar of needed hours for each CSM, the fullest first, with a mark at the "
    "hours that there are.",
)
house.table(loads, caption="Each CSM's book, band and time")

# %%
house.remark(
    "Hours follow from each account's tier, health and stage. Time with customers is "
    "known only as far as it is logged: read its share next to the share of hours that "
    "the log explains. A team with a band of its own is counted as a whole.",
)

# %% [markdown]
# ## Who is not, or not rightly, looked after

# %%
uncovered = house.ask("""
    select
        account_name, arr, touch_tier, status, csm_name, csm_touch_tier, mismatch,
        health_band, lifecycle_stage
    from capacity.account_coverage
    where status <> 'covered'
    order by arr desc, account_id
""")
house.table(
    uncovered,
    caption="Customers of nobody, or of a CSM of another tier; the largest first",
    longest=20,
    empty="Everybody is looked after by a CSM of their tier.",
)

# %% [markdown]
# ## What would mend it

# %%
moves = house.ask("""
    select
        account_name, arr, touch_tier, from_csm_name, to_csm_name, reason
    from capacity.rebalancing_moves
    where proposal = 'move'
    order by arr desc, account_id
""")
house.table(
    moves,
    caption="The fewest moves that bring books into their bands, as far as moves can",
    longest=20,
    empty="No account has to change hands.",
)

# %%
stuck = house.ask("""
    select touch_tier, reason, accounts_outside, heads_missing
    from capacity.rebalancing_moves
    where proposal = 'infeasible'
    order by accounts_outside desc, touch_tier
""")
house.table(
    stuck,
    caption="Tiers that stay out of band whatever moves; below 0, CSMs too many",
    empty="With these moves, every tier is in band.",
)

# %% [markdown]
# ## How many we need in a year

# %%
house.remark(
    "Within twelve months {} to be hired in the expected scenario, so that no CSM has "
    "more hours or accounts than there is room for. A team's band asks for teams, "
    "which the CSMs there are may form.",
    house.counted(now.csms_to_hire, "CSM has", "CSMs have"),
)
ahead = house.ask("""
    select
        touch_tier, scenario, accounts, csms, csms_needed, csms_needed_by_hours,
        teams_needed, csms_to_hire
    from capacity.headcount_forecast
    where month in (select max(month) from capacity.headcount_forecast)
    order by
        case scenario when 'expected' then 1 when 'high' then 2 else 3 end, touch_tier
""")

# %%
expected = ahead.where(scenario="expected")
house.figure(
    house.bars(expected, "touch_tier", "csms_needed_by_hours", target="csms"),
    expected,
    caption="CSMs needed in a year by hours, expected growth; the mark is today's team",
    alt="A bar for each touch tier, with a mark at the number of CSMs of today.",
)
house.table(ahead, caption="Twelve months ahead, by scenario")

# %% [markdown]
# ## What it costs, and what it keeps

# %%
economics = house.ask("""
    select
        touch_tier, accounts, arr, arr_per_account, cost_to_serve, cost_to_serve_rate,
        gross_churn_rate, lifetime_years, cltv
    from capacity.tier_economics
    order by arr desc, touch_tier
""")
house.table(economics, caption="What serving a tier costs, and how long it stays")
