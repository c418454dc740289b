-- One row per CSM, period (quarter or year) and account that counts for the CSM's
-- retention in it. A quarter's book is that of revenue.csm_retention (DECISIONS A9); a
-- year's is the book as it stood when the year opened, since an owner is often taken
-- off an account that has churned. Bands are those of the opening and closing day.
with periods as (
    select * from {{ ref('int_scorecard_periods') }}
),

csm_retention as (
    select * from {{ ref('csm_retention') }}
    where excluded_because is null
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

bands as (
    select * from {{ ref('int_account_bands') }}
),

books as (
    select
        'quarter' as period,
        csm_retention.quarter as period_start,
        csm_retention.csm_id,
        csm_retention.account_id,
        csm_retention.opening_arr,
        csm_retention.counted_arr as closing_arr
    from csm_retention
    union all
    select
        periods.period,
        periods.period_start,
        openings.closing_csm_id as csm_id,
        openings.account_id,
        openings.closing_arr as opening_arr,
        coalesce(closings.closing_arr, 0) as closing_arr
    from periods
    inner join account_months as openings
        on periods.month_before = openings.month
    left join account_months as closings
        on
            openings.account_id = closings.account_id
            and periods.last_month = closings.month
    where
        periods.period = 'year'
        and openings.closing_arr > 0
        and openings.closing_csm_id is not null
),

final as (
    select
        books.csm_id,
        books.period,
        books.period_start,
        books.account_id,
        books.opening_arr,
        cast(books.closing_arr as decimal(18, 2)) as closing_arr,
        opening_bands.health_band as opening_band,
        closing_bands.health_band as closing_band
    from books
    inner join periods
        on
            books.period = periods.period
            and books.period_start = periods.period_start
    left join bands as opening_bands
        on
            books.account_id = opening_bands.account_id
            and periods.month_before = opening_bands.month
    left join bands as closing_bands
        on
            books.account_id = closing_bands.account_id
            and periods.last_month = closing_bands.month
)

select * from final
