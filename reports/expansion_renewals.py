# %% [markdown]
# # Expansion and renewals
#
# What comes up, what will renew, and where is growth? For the CRO.

# %%
from bowtie.reporting import house

horizons = house.ask("""
    select
        horizon_days, renewals, arr_up_for_renewal, forecast_arr, gross_rate, net_rate,
        expected_loss_arr, committed_arr, at_risk_renewals, at_risk_arr
    from expansion_renewals.renewal_horizons
    order by horizon_days
""")
quarter = horizons.where(horizon_days=90).row()

# %%
house.answer(
    "Within {} days {} of ARR comes up for renewal: {} of it, {}, is expected to "
    "renew, and {} to be lost, by what accounts alike lost. {} is bound already; {} is "
    "at risk by name: red, in grace or cancelled.",
    quarter.horizon_days,
    quarter.arr_up_for_renewal,
    quarter.forecast_arr,
    quarter.gross_rate,
    quarter.expected_loss_arr,
    quarter.committed_arr,
    quarter.at_risk_arr,
)

# %%
errors = house.ask("""
    select
        lead_days, months, forecast_gross_rate, gross_rate, error_rate,
        absolute_error_rate, largest_error_rate, months_too_high
    from expansion_renewals.renewal_forecast_errors
    order by lead_days desc
""")

# %%
for row in errors.first(1):
    house.note(
        "Read it with care, for it is not corrected: {} days ahead it was too high in "
        "{} of the last {} months; over all of them it lay {} from what came, {} at "
        "worst.",
        row.lead_days,
        row.months_too_high,
        row.months,
        row.error_rate,
        row.largest_error_rate,
    )

# %%
tiles = []
for row in horizons:
    note = house.sentence(
        "{} expected: {} lost; {} at risk by name",
        row.gross_rate,
        row.expected_loss_arr,
        row.at_risk_arr,
    )
    label = house.sentence("Up within {} days", row.horizon_days)
    tiles.append(house.Tile(label, row.arr_up_for_renewal, note))
house.tiles(tiles, horizons)

# %% [markdown]
# ## What comes up, and in what health

# %%
forecast = house.ask("""
    select
        month, renewals, available_arr, settled_arr, open_arr, forecast_arr, gross_rate,
        net_rate
    from expansion_renewals.renewal_forecast
    where scenario = 'expected' and is_complete
    order by month
""")

# %%
months = house.ask("""
    select
        month, green_arr, yellow_arr, red_arr, unscored_arr, arr_up_for_renewal,
        renewals, at_risk_arr, forecast_arr, gross_rate
    from expansion_renewals.renewal_months
    where is_complete
    order by month
""")

# %%
house.figure(
    house.stacked_bars(
        months, "month", ["green_arr", "yellow_arr", "red_arr", "unscored_arr"]
    ),
    months,
    caption="ARR still open for renewal by month and health of the account",
    alt="A bar for each month, divided into green, yellow, red and unscored ARR.",
)

# %%
RENEWALS = """
    select
        account_name, csm_name, touch_tier, arr_up_for_renewal, term_end_date,
        health_band, status, cancel_requested_on, likelihood
    from expansion_renewals.renewals
    where is_open and {}
    order by arr_up_for_renewal desc, renewal_id
"""

# %%
house.table(
    house.ask(RENEWALS.format("is_at_risk and days_to_term_end <= 180")),
    caption="At risk within 180 days: red, in grace or asked to be cancelled",
    longest=15,
    empty="No renewal of the next 180 days is at risk.",
)
house.table(
    house.ask(RENEWALS.format("days_to_term_end <= 90")),
    caption="The largest of the next 90 days",
    longest=15,
    empty="Nothing comes up within 90 days.",
)

# %% [markdown]
# ## What will renew, and how far to trust it

# %%
house.table(
    forecast,
    caption="Forecast: what is settled as it came, what is open as it is expected",
)

# %%
accuracy = house.ask("""
    select month, forecast_gross_rate, gross_rate, error_rate, available_arr
    from expansion_renewals.renewal_forecast_accuracy
    where lead_days = 90 and is_complete and available_arr > 0
    order by month
""")

# %%
house.figure(
    house.lines(accuracy, "month", ["forecast_gross_rate", "gross_rate"]),
    accuracy,
    caption="What was forecast 90 days ahead, and what renewed",
    alt="Two lines by month of term end: the rate forecast, and the rate that came.",
    empty="No month is settled yet that was forecast.",
)

# %%
house.figure(
    house.stacked_bars(accuracy, "month", ["available_arr"]),
    accuracy,
    caption="What was up for renewal then: of little, a forecast says little",
    alt="A bar for each month: the ARR that was up for renewal.",
    empty="No month is settled yet that was forecast.",
)
house.table(
    errors,
    caption="How near the forecasts of the last year came",
    empty="No month is settled yet that was forecast.",
)

# %% [markdown]
# ## Pipeline of expansion

# %%
stages = house.ask("""
    select
        stage, csm_arr, sales_arr, marketing_arr, product_arr, unassigned_arr, open_arr,
        deals, win_rate, weighted_arr, longest_stage_age_days
    from expansion_renewals.pipeline_stages
    order by open_arr desc, stage
""")

# %%
house.figure(
    house.stacked_bars(
        stages,
        "stage",
        ["csm_arr", "sales_arr", "marketing_arr", "product_arr", "unassigned_arr"],
        horizontal=True,
    ),
    stages,
    caption="Open ARR by stage and by who found it",
    alt="A bar for each stage, divided by the source of its opportunities.",
    empty="No opportunity is open.",
)

# %%
sources = house.ask("""
    select
        source, open_deals, open_arr, weighted_arr, created_arr, won_arr, lost_arr,
        won_arr_12_months, win_rate_12_months
    from expansion_renewals.expansion_pipeline
    where month in (select max(month) from expansion_renewals.expansion_pipeline)
    order by open_arr desc, source
""")
house.table(
    sources,
    caption="By source: open now, moved this month, won in twelve",
    empty="No opportunity was ever entered.",
)

# %%
deals = house.ask("""
    select
        account_name, expansion_type, stage, stage_age_days, source, amount,
        uplift_rate, weighted_amount, expected_close_date, days_before_renewal
    from expansion_renewals.expansion_opportunities
    where is_open
    order by amount desc, opportunity_id
""")
house.table(
    deals,
    caption="The largest open opportunities",
    longest=15,
    empty="No opportunity is open.",
)

# %% [markdown]
# ## Signals worth a call

# %%
signals = house.ask("""
    select
        account_name, csm_name, priority, arr, signalled_on, seats, seat_utilisation,
        engagement, seat_potential_arr, expires_on
    from expansion_renewals.expansion_signals
    where is_signal_open and is_near_limit and answered_on is null
    order by
        case priority when 'high' then 1 else 2 end, seat_potential_arr desc, account_id
""")
house.table(
    signals,
    caption="Near the limit of what they bought in the latest week, and not called yet",
    longest=20,
    empty="Nobody is near the limit of what they bought.",
)

# %%
unsold = house.ask("""
    select
        account_name, csm_name, touch_tier, arr, products_of_peers,
        product_potential_arr
    from expansion_renewals.expansion_signals
    where products_not_owned is not null
    order by product_potential_arr desc, account_id
""")
house.table(
    unsold,
    caption="What customers alike own, and these do not: how many of them own it",
    longest=15,
    empty="Nobody lacks what customers alike own.",
)
