# %% [markdown]
# # Data quality
#
# Can these numbers be believed? What was checked, found, set aside and restated, and
# how fresh each source is. For everybody who reads the other pages.

# %%
from bowtie.reporting import house

CHECKS = """
    select check_name, subject, outcome, measured_value, expected, message
    from quality.quality_results
    where {}
    order by source, check_name, subject
"""
checks = house.ask(CHECKS.format("true"))
passed = house.ask(CHECKS.format("outcome = 'passed'"))
warned = house.ask(CHECKS.format("outcome = 'warned'"))
stopping = house.ask(CHECKS.format("outcome in ('blocked', 'could_not_run')"))
idle = house.ask(CHECKS.format("outcome = 'not_applicable'"))

# %%
refused = house.ask("""
    select table_name, reason, column_name, refused_rows
    from quality.refusal_counts
    order by refused_rows desc, table_name, reason, column_name
""")
rows = house.ask("""
    select table_name, rows_in, staged, quarantined, deduplicated, not_yet, erased
    from quality.raw_row_counts
    order by rows_in desc, table_name
""")

# %%
succeeded = house.counted(passed.count, "check", "checks")
failed = house.counted(stopping.count, "check", "checks")
if not len(checks):
    house.answer("Nothing was checked: these numbers are not to be relied upon.")
elif len(stopping):
    house.answer("{} failed: this must not be published.", failed)
elif len(warned):
    house.answer(
        "{} passed and {} ended with a warning; what they say stands below.",
        succeeded,
        warned.count,
    )
else:
    house.answer("All is well: {} passed, none with a warning.", succeeded)

# %%
house.tiles(
    [
        house.Tile("Passed", passed.count, "", "good" if len(passed) else "bad"),
        house.Tile("With a warning", warned.count, "", "bad" if len(warned) else None),
        house.Tile("Had nothing to judge", idle.count),
        house.Tile("Reasons for setting rows aside", refused.count),
    ]
)

# %% [markdown]
# ## What was checked, and what it found

# %%
house.table(stopping, caption="What failed", empty="No check failed.")
house.table(warned, caption="What ended with a warning", empty="No check warned.")
judged = house.ask(CHECKS.format("source = 'expectation'"))
house.table(
    judged, caption="What was expected of the figures", empty="Nothing was expected."
)

# %% [markdown]
# ## What was set aside

# %%
house.table(refused, caption="Raw rows set aside, by reason", empty="None.")
house.table(rows, caption="Where each raw row went")

# %%
unmatched = house.ask("""
    select subscription_id, billing_customer_id, reason, started_on, arr
    from quality.unmatched_billing
    order by arr desc, subscription_id
""")
house.table(
    unmatched,
    caption="Billed, and in no CRM account",
    longest=20,
    empty="Each billing customer has its account.",
)

# %% [markdown]
# ## What was restated

# %%
restated = house.ask("""
    select month, account_id, main_reason, earlier_closing_arr, closing_arr,
        restated_arr
    from revenue.restatements
    order by abs(restated_arr) desc, account_id, month
""")
house.table(
    restated,
    caption="Closed months whose ARR changed since the last generation",
    longest=20,
    empty="No closed month changed since the last generation, if there was one.",
)

# %%
rescored = house.ask("""
    select week, account_id, main_reason, earlier_score, score, restated_points
    from health.health_restatements
    order by abs(restated_points) desc nulls last, account_id, week
""")
house.table(
    rescored,
    caption="Past health scores that changed since the last generation",
    longest=20,
    empty="No past score changed since the last generation, if there was one.",
)

# %% [markdown]
# ## How fresh each source is

# %%
fresh = house.ask("""
    select table_name, source_system, newest_on, age_days, row_count
    from quality.source_freshness
    order by age_days desc nulls last, table_name
""")
house.table(fresh, caption="The newest day of which each raw table tells")
