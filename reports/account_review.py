# %% [markdown] tags=["unshown"]
# # Account review
#
# What was achieved, and what comes next? For one customer and their CSM. The page is
# headed with the customer's name; cells tagged `internal` are left out of the edition
# that the customer may see.

# %%
from bowtie.reporting import house

account = house.subject()

# %%
reviews = house.ask(
    """
    select
        account_name, reviewed_from, reviewed_to, customer_since, arr, term_end_date,
        days_to_renewal
    from reviews.account_reviews
    where account_id = ?
    """,
    account,
)
review = reviews.only(
    "there is no customer with this id; core.accounts lists those there are"
)

# %%
quarters = house.ask(
    """
    select
        active_users, active_users_change, active_users_change_on_year, seats,
        seat_utilisation, features_in_use, milestones_done, milestones_total,
        milestones_overdue, tickets_opened, tickets_opened_before, tickets_escalated,
        tickets_solved, tickets_open, first_answer_hours, resolution_days, satisfaction
    from reviews.account_reviews
    where account_id = ?
    """,
    account,
)
quarter = quarters.row()

# %%
house.title(
    review.account_name,
    "Business review of {} to {}: what was achieved, and what comes next.",
    review.reviewed_from,
    review.reviewed_to,
)

# %% tags=["internal"]
house.note(
    "Internal, with scores and forecasts. What customers may see is the edition of the "
    "same name in account_review_customer."
)

# %%
used = house.sentence("No use was reported")
if quarter.active_users.raw is not None:
    change = house.moved(quarter.active_users_change, "the quarter before")
    people = house.counted(quarter.active_users, "person", "people")
    used = house.sentence("On a day of use {} worked with it, {}", people, change)
    if quarter.active_users_change_on_year.raw is not None:
        on_year = house.moved(quarter.active_users_change_on_year, "a year before")
        used = house.sentence("{} and {}", used, on_year)
reached = house.sentence("No success plan with milestones ran in the quarter")
if quarter.milestones_total.raw:
    done, total = quarter.milestones_done, quarter.milestones_total
    is_or_are = "is" if done.raw == 1 else "are"
    reached = house.sentence("{} of {} milestones {} reached", done, total, is_or_are)

# %%
tickets = house.counted(quarter.tickets_open, "support ticket", "support tickets")
still = "is" if quarter.tickets_open.raw == 1 else "are"
house.answer("{}. {}, and {} {} still open.", used, reached, tickets, still)

# %%
seats = house.sentence("of {} bought", quarter.seats)
late = house.sentence(
    "of {}, {} late", quarter.milestones_total, quarter.milestones_overdue
)
before = house.sentence("{} in the quarter before", quarter.tickets_opened_before)
tiles = [
    house.Tile("Seats in use", quarter.seat_utilisation, seats),
    house.Tile("Features in use", quarter.features_in_use, "of what was bought"),
    house.Tile("Milestones reached", quarter.milestones_done, late),
    house.Tile("Tickets opened", quarter.tickets_opened, before),
]
# No use reported, no list of what its products can do: nobody knows.
house.tiles([tile for tile in tiles if tile.value.raw is not None], quarters)

# %%
house.remark(
    "A customer since {}, with {} a year under contract.",
    review.customer_since,
    review.arr,
)
if review.term_end_date.raw is not None:
    runs = "ran" if review.days_to_renewal.raw < 0 else "runs"
    house.remark("The term {} until {}.", runs, review.term_end_date)

# %% [markdown]
# ## Use

# %%
weeks = house.ask(
    """
    select week, active_users_average, active_users_max, sessions, features_used
    from health.usage_weekly
    where account_id = ? and week in (
        select distinct week from health.usage_weekly
        where week <= try_cast(? as date) order by week desc limit 53
    )
    order by week
    """,
    account,
    str(review.reviewed_to.raw),
)

# %%
house.figure(
    house.lines(weeks, "week", ["active_users_average"]),
    weeks,
    caption="People who used it on an average day, by week",
    alt="A line of active users over the last year, week by week.",
    empty="No use was reported.",
)

# %% [markdown]
# ## Outcomes and value

# %%
plans = house.ask(
    """
    select
        objective, metric_name, baseline_value, current_value, target_value,
        value_against_target, progress, target_date, status
    from health.success_plans
    where account_id = ? and status <> 'draft'
    order by created_on desc, success_plan_id
    """,
    account,
)

# %%
# Plans in draft, or without a status, are not agreed: no customer reads of them.
measured = plans.where(status="active")
house.figure(
    house.bars(measured, "metric_name", "value_against_target", full=1),
    measured,
    caption="How far each goal under way has come, from its baseline to its target",
    alt="A bar for each active success plan, up to the share of the way it has gone.",
    empty="No success plan is under way.",
)
house.table(plans, caption="The success plan", empty="No success plan was agreed.")

# %%
milestones = house.ask(
    """
    select milestone_name, objective, due_date, completed_on, status
    from reviews.review_milestones
    where account_id = ?
    order by due_date, milestone_id
    """,
    account,
)
house.table(
    milestones,
    caption="Milestones of the plans that ran in the quarter",
    empty="No success plan with milestones ran in the quarter.",
)

# %% [markdown]
# ## Support

# %%
house.remark(
    "{} opened, {} of them escalated, and {} solved.",
    house.counted(quarter.tickets_opened, "ticket was", "tickets were"),
    quarter.tickets_escalated,
    quarter.tickets_solved,
)
means = {
    "A first answer took {} hours on average.": quarter.first_answer_hours,
    "A solution took {} days on average.": quarter.resolution_days,
    "Ratings average {} of five.": quarter.satisfaction,
}
for told, mean in means.items():
    if mean.raw is not None:
        house.remark(told, mean)

# %%
months = house.ask(
    """
    select month, ordinary, escalated, solved
    from reviews.support_months
    where account_id = ? and account_id in (
        select account_id from reviews.support_months where opened > 0
    )
    order by month
    """,
    account,
)

# %%
house.figure(
    house.stacked_bars(months, "month", ["ordinary", "escalated"]),
    months,
    caption="Support tickets opened, by month",
    alt="A bar for each month: tickets opened, escalated ones apart.",
    empty="Nobody wrote to support in the last year.",
)

# %% [markdown]
# ## People

# %%
contacts = house.ask(
    """
    select persona, contacts, joined_12_months, left_12_months, last_left_on
    from reviews.account_contacts
    where account_id = ?
    order by persona_rank
    """,
    account,
)
house.table(
    contacts, caption="Who stands for it on your side", empty="No contact is known."
)

# %% [markdown]
# ## The next quarter

# %%
dates = house.ask(
    """
    select due_on, what, kind, objective, is_overdue
    from reviews.account_dates
    where account_id = ?
    order by due_on, kind, source_id
    """,
    account,
)
house.table(
    dates,
    caption="What we have before us together",
    empty="Nothing is dated in the next quarter.",
)

# %% [markdown] tags=["internal"]
# ## For us alone

# %% tags=["internal"]
health = house.ask(
    """
    select
        band, band_since, score, raw_band, change_4_weeks, drivers_down, drivers_up,
        what_changed
    from health.account_health
    where account_id = ?
    """,
    account,
)

# %% tags=["internal"]
for row in health:
    house.remark(
        "{} since {}, with a score of {}: {} in four weeks.",
        house.capital(row.band),
        row.band_since,
        row.score,
        row.change_4_weeks,
    )
house.table(health, caption="Why the score is what it is")

# %% tags=["internal"]
scores = house.ask(
    """
    select taken_on, score, band
    from health.health_scores
    where
        account_id = ?
        and week in (
            select distinct week from health.health_scores order by week desc limit 53
        )
    order by taken_on
    """,
    account,
)

# %% tags=["internal"]
house.figure(
    house.lines(scores, "taken_on", ["score"]),
    scores,
    caption="Health score, by week",
    alt="A line of the health score over the last year.",
    empty="The account was never scored.",
)

# %% tags=["internal"]
interventions = house.ask(
    """
    select trigger, reason, opened_on, due_on, first_touch_on, playbook
    from health.interventions
    where is_open and account_id = ?
    order by priority desc, trigger_rank
    """,
    account,
)
house.table(interventions, caption="Open interventions", empty="Nothing is open.")

# %% tags=["internal"]
renewals = house.ask(
    """
    select
        term_end_date, notice_date, auto_renews, arr_up_for_renewal, likelihood,
        forecast_arr, is_at_risk
    from expansion_renewals.renewals
    where is_open and account_id = ?
    order by term_end_date, renewal_id
    """,
    account,
)
house.table(renewals, caption="Renewal", empty="No term runs.")

# %% tags=["internal"]
deals = house.ask(
    """
    select expansion_type, stage, amount, weighted_amount, expected_close_date, source
    from expansion_renewals.expansion_opportunities
    where is_open and account_id = ?
    order by amount desc, opportunity_id
    """,
    account,
)
house.table(deals, caption="Open expansion", empty="No opportunity is open.")

# %% tags=["internal"]
signals = house.ask(
    """
    select priority, products_not_owned, product_potential_arr, seat_potential_arr
    from expansion_renewals.expansion_signals
    where priority <> 'none' and account_id = ?
    """,
    account,
)
house.table(signals, caption="What more they could use", empty="Nothing is seen.")
