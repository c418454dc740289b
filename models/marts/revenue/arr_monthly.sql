-- One row per account and month of its life: opening ARR, the one movement, closing
-- ARR. Quiet months are kept (movement_type `none`), so that the bridge foots: opening
-- + all movements = closing, and closing = the next opening. The month that holds
-- as_of_date is taken at that day (is_partial). Movement columns are signed.
with closings as (
    select * from {{ ref('int_account_month_closings') }}
),

with_opening as (
    select
        closings.*,
        coalesce(lag(closings.closing_arr) over account_history, 0) as opening_arr,
        coalesce(lag(closings.is_paused) over account_history, false) as paused_before,
        lag(closings.closing_touch_tier) over account_history as previous_touch_tier,
        lag(closings.closing_csm_id) over account_history as previous_csm_id,
        coalesce(
            max(case when closings.had_arr_inside then 1 end) over earlier_months, 0
        )
        = 1
            as had_arr_before,
        max(closings.fell_to_zero_on) over earlier_months as last_fell_to_zero_on
    from closings
    window
        account_history as (
            partition by closings.account_id
            order by closings.month
        ),
        earlier_months as (
            partition by closings.account_id
            order by closings.month
            rows between unbounded preceding and 1 preceding
        )
),

named as (
    select
        with_opening.*,
        cast(
            with_opening.closing_arr
            - with_opening.opening_arr
            - with_opening.fx_arr as decimal(18, 2)
        )
            as movement_arr,
        {{ arr_movement(
            'with_opening.opening_arr + with_opening.fx_arr',
            'with_opening.closing_arr',
            'with_opening.had_arr_before',
            'with_opening.paused_before',
            'with_opening.is_paused',
            days_between('with_opening.last_fell_to_zero_on', 'with_opening.first_arr_on')
        ) | indent(8) }} as movement_type
    from with_opening
),

final as (
    select
        named.account_id,
        named.month,
        named.opening_arr,
        named.closing_arr,
        named.movement_type,
        {%- for movement, column in arr_movements().items() %}
        cast(
            case
                when named.movement_type = '{{ movement }}' then named.movement_arr else
                    0
            end as decimal(18, 2)
        )
            as {{ column }},
        {%- endfor %}
        cast(named.fx_arr as decimal(18, 2)) as fx_arr,
        case
            when named.opening_arr > 0 then named.previous_touch_tier else
                named.closing_touch_tier
        end
            as opening_touch_tier,
        named.closing_touch_tier,
        case
            when named.opening_arr > 0 then named.previous_csm_id else
                named.closing_csm_id
        end
            as opening_csm_id,
        named.closing_csm_id,
        named.opening_arr = 0
        and named.closing_arr = 0
        and named.had_arr_inside as has_intra_month_churn,
        named.is_partial
    from named
)

select * from final
