-- One row per account, product family and month of the account's life from the family's
-- first line on: the ARR of the family at opening and closing, and what exchange rates
-- did between.
with spells as (
    select * from {{ ref('int_family_spells') }}
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

foreign_months as (
    select * from {{ ref('int_foreign_months') }}
),

with_closing as (
    select
        account_months.account_id,
        spells.product_family,
        account_months.month,
        spells.closing_arr,
        cast(coalesce(foreign_months.fx_arr, 0) as decimal(18, 2)) as fx_arr
    from spells
    inner join account_months
        on
            spells.account_id = account_months.account_id
            and spells.spell_from <= account_months.month
            and spells.spell_to > account_months.month
    left join foreign_months
        on
            spells.account_id = foreign_months.account_id
            and spells.product_family = foreign_months.product_family
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
