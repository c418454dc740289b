-- One row per account, product family and month of the account's life from the family's
-- first line on: the ARR of the family at opening and closing, and what exchange rates
-- did between. Families without a name are `unassigned`; all add up to the account.
with lines as (
    select
        account_id,
        coalesce(product_family, 'unassigned') as product_family,
        valid_from,
        valid_to,
        arr
    from {{ ref('arr_lines') }}
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

foreign_months as (
    select * from {{ ref('int_foreign_months') }}
),

changes as (
    select
        lines.account_id,
        lines.product_family,
        {{ month_of('lines.valid_from') }} as month,
        lines.arr as arr_change
    from lines
    union all
    select
        lines.account_id,
        lines.product_family,
        {{ month_of('lines.valid_to') }} as month,
        -lines.arr as arr_change
    from lines
    where lines.valid_to <= {{ as_of() }}
),

monthly_changes as (
    select
        changes.account_id,
        changes.product_family,
        changes.month,
        sum(changes.arr_change) as arr_change
    from changes
    group by changes.account_id, changes.product_family, changes.month
),

running as (
    select
        monthly_changes.account_id,
        monthly_changes.product_family,
        monthly_changes.month,
        sum(monthly_changes.arr_change) over (
            partition by monthly_changes.account_id, monthly_changes.product_family
            order by monthly_changes.month
            rows between unbounded preceding and current row
        ) as closing_arr,
        {{ open_end('cast(lead(monthly_changes.month) over (
            partition by monthly_changes.account_id, monthly_changes.product_family
            order by monthly_changes.month
        ) as date)') }} as next_changed_month
    from monthly_changes
),

with_closing as (
    select
        account_months.account_id,
        running.product_family,
        account_months.month,
        cast(
            running.closing_arr
            + coalesce(foreign_months.revaluation_arr, 0) as decimal(18, 2)
        )
            as closing_arr,
        cast(coalesce(foreign_months.fx_arr, 0) as decimal(18, 2)) as fx_arr
    from running
    inner join account_months
        on
            running.account_id = account_months.account_id
            and running.month <= account_months.month
            and running.next_changed_month > account_months.month
    left join foreign_months
        on
            running.account_id = foreign_months.account_id
            and running.product_family = foreign_months.product_family
            and account_months.month = foreign_months.month
),

final as (
    select
        with_closing.account_id,
        with_closing.product_family,
        with_closing.month,
        coalesce(lag(with_closing.closing_arr) over (
            partition by with_closing.account_id, with_closing.product_family
            order by with_closing.month
        ), 0) as opening_arr,
        with_closing.closing_arr,
        with_closing.fx_arr
    from with_closing
)

select * from final
