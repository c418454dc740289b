# %% [markdown]
# # Data quality
#
# Can these numbers be believed? What was checked, found, set aside and restated, and
# how fresh each source is. For everybody who reads the other pages.

# %%
from bowtie.reporting import house

checks = house.ask("""
    select source, severity, outcome, checks
    from quality.check_counts
    order by source, severity, outcome
""")
failed = house.ask("""
    select check_name, source, subject, severity, outcome, measured_value, expected,
        message
    from quality.quality_results
    where outcome in ('warned', 'blocked', 'could_not_run')
    order by outcome, source, check_name, subject
""")

# %%
totals = house.ask("""
    select checks, passed, warned, stopping, not_applicable, refused_rows, rows_in
    from quality.quality_totals
""").row()

# %%
if totals.checks.raw == 0:
    house.answer("Nothing was checked: these numbers are not to be relied upon.")
else:
    house.answer(
        "{} passed, {} would have stopped the publish and {} ended with a warning; {} "
        "of {} raw rows were set aside.",
        house.counted(totals.passed, "check", "checks"),
        totals.stopping,
        totals.warned,
        totals.refused_rows,
        totals.rows_in,
    )

# %% [markdown]
# ## What was checked, and what it found

# %%
house.table(checks, caption="Checks by kind and outcome", empty="Nothing was checked.")
house.table(failed, caption="What did not pass", empty="No check failed.")

# %% [markdown]
# ## What was set aside

# %%
refused = house.ask("""
    select table_name, reason, column_name, refused_rows
    from quality.refusal_counts
    order by refused_rows desc, table_name, reason, column_name
""")
house.table(refused, caption="Raw rows set aside, by reason", empty="None.")

# %%
rows = house.ask("""
    select table_name, rows_in, staged, quarantined, deduplicated, not_yet
    from quality.raw_row_counts
    order by rows_in desc, table_name
""")
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
    empty="No closed month changed since the last generation.",
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
    empty="No past score changed since the last generation.",
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
