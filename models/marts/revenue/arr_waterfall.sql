-- One row per month, slice and slice value: the ARR bridge and the accounts behind it.
-- Within one slice the values add up to slice `all`, movement by movement. A segment is
-- the one in which the account opened the month (a new account: in which it closes it).
-- A product family shows its part of each account's movement, under the account's name
-- for it: a cross-sell is expansion in the new family too. Families that moved against
-- each other in a quiet account are expansion, and add up to nothing.
with movements as (
    select * from {{ ref('int_movement_slices') }}
),

summed as (
    select
        movements.month,
        movements.slice_name,
        movements.slice_value,
        cast(sum(movements.opening_arr) as decimal(18, 2)) as opening_arr,
        cast(sum(movements.closing_arr) as decimal(18, 2)) as closing_arr,
        {%- for movement, column in arr_movements().items() %}
        cast(sum(case
            when {{ books_under('movements.movement_type', movement) }}
                then movements.closing_arr - movements.opening_arr - movements.fx_arr
            else 0
        end) as decimal(18, 2)) as {{ column }},
        {%- endfor %}
        cast(sum(movements.fx_arr) as decimal(18, 2)) as fx_arr,
        cast(sum(case when movements.opening_arr > 0 then 1 else 0 end) as bigint)
            as opening_accounts,
        {%- for movement, column in {
            'new': 'new_accounts', 'reactivation': 'reactivated_accounts', 'resumed': 'resumed_accounts'
        }.items() %}
        cast(sum(case
            when
                movements.movement_type = '{{ movement }}' and movements.closing_arr > 0
                then 1
            else 0
        end) as bigint) as {{ column }},
        {%- endfor %}
        {%- for movement, column in {
            'churn': 'churned_accounts',
            'paused': 'paused_accounts',
        }.items() %}
        cast(sum(case
            when
                movements.movement_type = '{{ movement }}' and movements.opening_arr > 0
                then 1
            else 0
        end) as bigint) as {{ column }},
        {%- endfor %}
        cast(sum(case when movements.closing_arr > 0 then 1 else 0 end) as bigint)
            as closing_accounts
    from movements
    where
        movements.slice_name <> 'product_family'
        or movements.opening_arr <> 0
        or movements.closing_arr <> 0
    group by movements.month, movements.slice_name, movements.slice_value
),

months as (
    select * from {{ ref('int_months') }}
),

final as (
    select
        summed.*,
        months.is_partial
    from summed
    inner join months
        on summed.month = months.month
)

select * from final
