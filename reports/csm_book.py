# %% [markdown] tags=["unshown"]
# # CSM book
#
# Whom do I call this week, and how is my book? For one customer success manager, whose
# name heads the page.

# %%
from bowtie.reporting import house

csm = house.subject()
books = house.ask(
    """
    select
        csm_name, accounts, arr, green_accounts, green_arr, yellow_accounts, yellow_arr,
        red_accounts, red_arr, unscored_accounts, unscored_arr, renewals_90_days,
        renewal_arr_90_days, at_risk_arr_90_days
    from reviews.csm_books
    where csm_id = ?
    """,
    csm,
)

# %%
work = house.ask(
    """
    select
        open_interventions, overdue_interventions, overdue_untouched,
        touchpoints_overdue, reviews_overdue, utilisation
    from reviews.csm_books
    where csm_id = ?
    """,
    csm,
).only("there is no CSM with this id who works or owns anything")
book = books.row()
house.title(book.csm_name, "Whom do I call this week, and how is my book?")

# %%
are = "is" if book.red_accounts.raw == 1 else "are"
house.answer(
    "{} in the queue, {} of them overdue, {} of these never touched. Of {} {} {} red; "
    "{} comes up for renewal within ninety days, {} of it at risk.",
    house.counted(work.open_interventions, "intervention is", "interventions are"),
    work.overdue_interventions,
    work.overdue_untouched,
    house.counted(book.accounts, "account", "accounts"),
    book.red_accounts,
    are,
    book.renewal_arr_90_days,
    book.at_risk_arr_90_days,
)

# %%
shown = {"Green": "green", "Yellow": "yellow", "Red": "red", "Unscored": "unscored"}
tiles = []
for label, band in shown.items():
    arr, accounts = getattr(book, f"{band}_arr"), getattr(book, f"{band}_accounts")
    tiles.append(house.Tile(label, accounts, house.sentence("{} of ARR", arr), band))
house.tiles(tiles, books)
house.remark(
    "{} should have been met by now, {} should have had a business review; the book "
    "takes {} of the hours of this month.",
    house.counted(work.touchpoints_overdue, "account", "accounts"),
    work.reviews_overdue,
    work.utilisation,
)

# %% [markdown]
# ## This week's queue

# %%
queue = house.ask(
    """
    select account_name, due_on, first_touch_on, trigger, reason, arr
    from health.interventions
    where is_open and csm_id = ?
    order by queue_position
    """,
    csm,
)

# %%
house.table(
    queue,
    caption="Open interventions, the most pressing first",
    longest=25,
    empty="Nothing is open.",
)

# %%
tasks = house.ask(
    """
    select due_on, account_name, what, playbook, owner_role
    from health.playbook_tasks
    where is_this_week and csm_id = ?
    order by due_on, account_name, playbook, step
    """,
    csm,
)
house.table(
    tasks,
    caption="Steps of playbooks that run this week",
    longest=15,
    empty="No step of a playbook runs this week.",
)

# %% [markdown]
# ## Who worries us, and why

# %%
worries = house.ask(
    """
    select
        account_name, arr, band, score, raw_band, change_4_weeks, drivers_down,
        overdue_since, next_due_on
    from health.account_health
    where band in ('red', 'yellow') and csm_id = ?
    order by band, priority desc nulls last, arr desc, account_id
    """,
    csm,
)

# %%
house.table(
    worries,
    caption="Red and yellow accounts, the most pressing first",
    longest=15,
    empty="No account of the book is red or yellow.",
)

# %% [markdown]
# ## Renewals

# %%
renewals = house.ask(
    """
    select
        account_name, term_end_date, notice_date, arr_up_for_renewal, health_band,
        status, is_at_risk, likelihood
    from expansion_renewals.renewals
    where is_open and days_to_term_end <= 120 and csm_id = ?
    order by is_at_risk desc, arr_up_for_renewal desc, renewal_id
    """,
    csm,
)

# %%
house.table(
    renewals,
    caption="Terms that end within 120 days, thirty more than are summed above: "
    "at risk first, then the largest",
    longest=20,
    empty="No term of the book ends within 120 days.",
)

# %% [markdown]
# ## Scorecard

# %%
quarters = house.ask(
    """
    select
        period_start, is_partial, nrr, grr, logo_retention, opening_arr,
        expansion_deals, expansion_arr, yellow_to_green_rate, intervention_rate
    from capacity.csm_scorecard
    where period = 'quarter' and opening_arr > 0 and csm_id = ?
    order by period_start
    """,
    csm,
)

# %%
whole = quarters.where(is_partial=False)
house.figure(
    house.lines(whole, "period_start", ["nrr", "grr", "logo_retention"]),
    whole,
    caption="Retention of the book, quarter by quarter",
    alt="Net, gross and logo retention of the book by whole quarter.",
    empty="No whole quarter of this CSM is on record.",
)
house.table(quarters, caption="Each quarter")

# %%
advocacy = house.ask(
    """
    select
        period_start, is_partial, case_studies, reviews, speaking_engagements,
        customer_references
    from capacity.csm_scorecard
    where period = 'year' and csm_id = ?
    order by period_start
    """,
    csm,
)
house.table(advocacy, caption="Customers who spoke for us, by year")

# %%
time = house.ask(
    """
    select
        category, planned_hours, actual_hours, customer_facing_hours, planned_share,
        actual_share
    from capacity.csm_time_shares
    where month in (select max(month) from capacity.csm_time_shares) and csm_id = ?
    order by planned_hours desc, category
    """,
    csm,
)

# %%
house.table(
    time,
    caption="This month's time: what the book asks for, and what was logged",
    empty="Nothing was planned or logged this month.",
)
