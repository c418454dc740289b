-- One row per customer, observation day and lead: what could become of it within
-- lead_days, and what did by the window's last day. Only windows that are over, grace
-- included; an account whose ARR is paused at the window's end is left out, its outcome
-- being unknown.
with features as (
    select * from {{ ref('int_backtest_features') }}
),

events as (
    select
        *,
        lead(event_on) over (
            partition by account_id
            order by event_on
        ) as next_event_on
    from {{ ref('arr_events') }}
),

rescues as (
    select * from {{ ref('int_human_touches') }}
    where purpose = 'rescue'
),

windows as (
    {%- for lead_days in backtest_leads() %}
    select
        features.account_id,
        features.observed_on,
        features.touch_tier,
        features.band,
        features.first_free_on,
        features.last_free_on,
        {{ lead_days }} as lead_days,
        {{ add_days('features.observed_on', lead_days) }} as window_ends_on
    from features
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

settled as (
    select
        windows.*,
        opening.closing_arr as arr_then,
        closing.closing_arr as arr_after,
        -- Of no interest while something is left.
        case when closing.closing_arr = 0 then closing.event_on end as left_on
    from windows
    inner join events as opening
        on
            windows.account_id = opening.account_id
            and windows.observed_on >= opening.event_on
            and windows.observed_on < {{ open_end('opening.next_event_on') }}
    inner join events as closing
        on
            windows.account_id = closing.account_id
            and windows.window_ends_on >= closing.event_on
            and windows.window_ends_on < {{ open_end('closing.next_event_on') }}
    where
        {{ add_days('windows.window_ends_on', whole_number_var('renewal_grace_days')) }}
        <= {{ as_of() }}
        and closing.movement_type <> 'paused'
),

treatments as (
    select
        settled.account_id,
        settled.observed_on,
        settled.lead_days
    from settled
    inner join rescues
        on
            settled.account_id = rescues.account_id
            and settled.observed_on < rescues.touched_on
            and coalesce(settled.left_on, settled.window_ends_on) >= rescues.touched_on
    group by settled.account_id, settled.observed_on, settled.lead_days
),

final as (
    select
        settled.account_id,
        settled.observed_on,
        settled.lead_days,
        settled.window_ends_on,
        settled.touch_tier,
        settled.band,
        settled.left_on,
        treatments.account_id is not null as is_treated,
        settled.last_free_on <= settled.window_ends_on as could_churn,
        settled.first_free_on <= settled.window_ends_on as could_shrink,
        true as could_grow,
        settled.arr_after = 0 as logo_churn,
        settled.arr_after * 10 <= settled.arr_then * 9 as arr_loss_10,
        settled.arr_after * 10 >= settled.arr_then * 11 as expansion_10
    from settled
    left join treatments
        on
            settled.account_id = treatments.account_id
            and settled.observed_on = treatments.observed_on
            and settled.lead_days = treatments.lead_days
    where settled.arr_then > 0
)

select * from final
