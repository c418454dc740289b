-- One row per touch tier and month of the coming twelve: what is known of it today,
-- all counted from the as-of date: accounts whose term ends by then, accounts without
-- a term, and new accounts in the pipeline that should close by then.
with touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

new_sales as (
    select * from {{ ref('int_new_sales') }}
),

forecast_months as (
    {%- for number in range(1, 13) %}
    select
        {{ number }} as month_number,
        {{ add_months(month_of(as_of()), number) }} as month
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A term that is over and in its grace is decided next.
term_months as (
    select
        accounts.touch_tier,
        case
            when accounts.term_end_date is null then null
            else greatest(
                    {{ months_between(month_of(as_of()), 'accounts.term_end_date') }}, 1
                )
        end as month_number,
        count(*) as accounts
    from accounts
    group by
        accounts.touch_tier,
        case
            when accounts.term_end_date is null then null
            else greatest(
                    {{ months_between(month_of(as_of()), 'accounts.term_end_date') }}, 1
                )
        end
),

-- Only an open one can still be won; without a date it is given a quarter.
open_deals as (
    select
        new_sales.opportunity_id,
        greatest({{ months_between(
            month_of(as_of()), 'coalesce(new_sales.expected_close_date, ' ~ add_days(as_of(), 91) ~ ')'
        ) }}, 1) as month_number,
        new_sales.arr
    from new_sales
    where not new_sales.is_over
),

deal_months as (
    select
        touch_tiers.touch_tier,
        open_deals.month_number,
        count(*) as deals
    from open_deals
    inner join touch_tiers
        on {{ in_touch_tier('open_deals.arr', 'false') }}
    group by touch_tiers.touch_tier, open_deals.month_number
),

pipeline as (
    select
        deal_months.touch_tier,
        forecast_months.month_number,
        sum(deal_months.deals) as deals
    from deal_months
    inner join forecast_months
        on deal_months.month_number <= forecast_months.month_number
    group by deal_months.touch_tier, forecast_months.month_number
),

final as (
    select
        touch_tiers.touch_tier,
        forecast_months.month,
        forecast_months.month_number,
        cast(coalesce(sum(
            case
                when
                    term_months.month_number = forecast_months.month_number
                    then term_months.accounts
            end
        ), 0) as bigint) as accounts_up_for_renewal,
        cast(coalesce(sum(
            case
                when
                    term_months.month_number <= forecast_months.month_number
                    then term_months.accounts
            end
        ), 0) as bigint) as accounts_renewed_by_then,
        cast(coalesce(sum(
            case when term_months.month_number is null then term_months.accounts end
        ), 0) as bigint) as accounts_without_term,
        cast(coalesce(max(pipeline.deals), 0) as bigint) as deals_by_then
    from touch_tiers
    cross join forecast_months
    left join term_months
        on touch_tiers.touch_tier = term_months.touch_tier
    left join pipeline
        on
            touch_tiers.touch_tier = pipeline.touch_tier
            and forecast_months.month_number = pipeline.month_number
    group by touch_tiers.touch_tier, forecast_months.month, forecast_months.month_number
)

select * from final
