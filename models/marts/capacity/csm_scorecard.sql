-- One row per CSM and period (quarter or year) with a book: how it kept and grew, what
-- health came of it, and what its accounts did for the company.
{%- set advocacy_columns = [
    'case_studies', 'reviews', 'speaking_engagements', 'customer_references'
] %}

with periods as (
    select * from {{ ref('int_scorecard_periods') }}
),

csm_months as (
    select * from {{ ref('int_csm_months') }}
    where not is_unassigned
),

period_books as (
    select * from {{ ref('int_period_books') }}
),

deeds as (
    select * from {{ ref('int_csm_deeds') }}
),

book_months as (
    select
        books.csm_id,
        books.month,
        sum(books.accounts) as accounts,
        sum(books.arr) as arr
    from {{ ref('int_csm_books') }} as books
    group by books.csm_id, books.month
),

csm_periods as (
    select
        csm_months.csm_id,
        periods.period,
        periods.period_start,
        periods.month_before,
        periods.last_month,
        periods.is_partial,
        max(csm_months.csm_name) as csm_name,
        max(csm_months.touch_model) as touch_model
    from csm_months
    inner join periods
        on
            csm_months.month >= periods.first_month
            and csm_months.month <= periods.last_month
    group by
        csm_months.csm_id,
        periods.period,
        periods.period_start,
        periods.month_before,
        periods.last_month,
        periods.is_partial
),

retained as (
    select
        period_books.csm_id,
        period_books.period,
        period_books.period_start,
        count(*) as opening_accounts,
        sum(case when period_books.closing_arr > 0 then 1 else 0 end)
            as retained_accounts,
        sum(period_books.opening_arr) as opening_arr,
        sum(period_books.closing_arr) as counted_arr,
        sum(least(period_books.opening_arr, period_books.closing_arr))
            as gross_retained_arr,
        sum(case when period_books.opening_band = 'yellow' then 1 else 0 end)
            as yellow_accounts,
        sum(case
            when
                period_books.opening_band = 'yellow'
                and period_books.closing_band = 'green'
                then 1
            else 0
        end) as yellow_to_green_accounts
    from period_books
    group by period_books.csm_id, period_books.period, period_books.period_start
),

final as (
    select
        csm_periods.csm_id,
        csm_periods.period,
        csm_periods.period_start,
        csm_periods.is_partial,
        csm_periods.csm_name,
        csm_periods.touch_model,
        cast(coalesce(opening_months.accounts, 0) as bigint) as opening_accounts,
        cast(coalesce(retained.opening_accounts, 0) as bigint) as cohort_accounts,
        cast(coalesce(retained.retained_accounts, 0) as bigint) as retained_accounts,
        cast(coalesce(closing_months.accounts, 0) as bigint) as closing_accounts,
        cast(coalesce(retained.opening_arr, 0) as decimal(18, 2)) as opening_arr,
        cast(coalesce(retained.counted_arr, 0) as decimal(18, 2)) as counted_arr,
        cast(coalesce(closing_months.arr, 0) as decimal(18, 2)) as closing_arr,
        {{ safe_divide('retained.counted_arr', 'retained.opening_arr') }} as nrr,
        {{ safe_divide('retained.gross_retained_arr', 'retained.opening_arr') }} as grr,
        {{ safe_divide('retained.retained_accounts', 'retained.opening_accounts') }}
            as logo_retention,
        coalesce(deeds.expansion_deals, 0) as expansion_deals,
        cast(coalesce(deeds.expansion_arr, 0) as decimal(18, 2)) as expansion_arr,
        {%- for column in advocacy_columns %}
        coalesce(deeds.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        cast(coalesce(retained.yellow_accounts, 0) as bigint) as yellow_accounts,
        cast(coalesce(retained.yellow_to_green_accounts, 0) as bigint)
            as yellow_to_green_accounts,
        {{ safe_divide(
            'retained.yellow_to_green_accounts',
            'retained.yellow_accounts'
        ) }}
            as yellow_to_green_rate,
        coalesce(deeds.interventions, 0) as interventions,
        coalesce(deeds.intervened_accounts, 0) as intervened_accounts,
        {{ safe_divide(
            'coalesce(deeds.intervened_in_book, 0)',
            'opening_months.accounts'
        ) }}
            as intervention_rate
    from csm_periods
    left join retained
        on
            csm_periods.csm_id = retained.csm_id
            and csm_periods.period = retained.period
            and csm_periods.period_start = retained.period_start
    left join deeds
        on
            csm_periods.csm_id = deeds.csm_id
            and csm_periods.period = deeds.period
            and csm_periods.period_start = deeds.period_start
    left join book_months as opening_months
        on
            csm_periods.csm_id = opening_months.csm_id
            and csm_periods.month_before = opening_months.month
    left join book_months as closing_months
        on
            csm_periods.csm_id = closing_months.csm_id
            and csm_periods.last_month = closing_months.month
)

select * from final
