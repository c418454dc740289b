-- One row per account, product family and spell of months at whose close the family has
-- the same ARR under the currency policy: until the next month in which it may change
-- (spell_to, exclusive). Families without a name are `unassigned`; all add up to the
-- account.
{%- set first_month = month_of(date_literal(iso_date_var('dates_from'))) %}
with lines as (
    select
        account_id,
        coalesce(product_family, 'unassigned') as product_family,
        valid_from,
        valid_to,
        arr
    from {{ ref('arr_lines') }}
),

foreign_months as (
    select * from {{ ref('int_foreign_months') }}
),

months as (
    select * from {{ ref('int_months') }}
),

changes as (
    select
        lines.account_id,
        lines.product_family,
        greatest({{ month_of('lines.valid_from') }}, {{ first_month }}) as month,
        lines.arr as arr_change,
        cast(0 as decimal(18, 2)) as revaluation_arr
    from lines
    union all
    select
        lines.account_id,
        lines.product_family,
        greatest({{ month_of('lines.valid_to') }}, {{ first_month }}) as month,
        -lines.arr as arr_change,
        cast(0 as decimal(18, 2)) as revaluation_arr
    from lines
    where lines.valid_to <= {{ as_of() }}
    union all
    -- A month's own rates hold for the month; the next has its own, or none.
    select
        foreign_months.account_id,
        foreign_months.product_family,
        foreign_months.month,
        cast(0 as decimal(18, 2)) as arr_change,
        foreign_months.revaluation_arr
    from foreign_months
    union all
    select
        foreign_months.account_id,
        foreign_months.product_family,
        months.month,
        cast(0 as decimal(18, 2)) as arr_change,
        cast(0 as decimal(18, 2)) as revaluation_arr
    from foreign_months
    inner join months
        on months.month = {{ add_months('foreign_months.month', 1) }}
),

monthly_changes as (
    select
        changes.account_id,
        changes.product_family,
        changes.month,
        sum(changes.arr_change) as arr_change,
        sum(changes.revaluation_arr) as revaluation_arr
    from changes
    group by changes.account_id, changes.product_family, changes.month
),

final as (
    select
        monthly_changes.account_id,
        monthly_changes.product_family,
        monthly_changes.month as spell_from,
        {{ open_end('cast(lead(monthly_changes.month) over (
            partition by monthly_changes.account_id, monthly_changes.product_family
            order by monthly_changes.month
        ) as date)') }} as spell_to,
        cast(
            sum(monthly_changes.arr_change) over family_history
            + monthly_changes.revaluation_arr as decimal(18, 2)
        ) as closing_arr
    from monthly_changes
    window family_history as (
        partition by monthly_changes.account_id, monthly_changes.product_family
        order by monthly_changes.month
        rows between unbounded preceding and current row
    )
)

select * from final
