-- Over CSMs and `unassigned`, and over tiers: every account with ARR is in one book and
-- one tier, and nothing is counted that the ledger does not have.
with ledger as (
    select
        arr_monthly.month,
        count(*) as accounts,
        sum(arr_monthly.closing_arr) as arr
    from {{ ref('arr_monthly') }} as arr_monthly
    where arr_monthly.closing_arr > 0
    group by arr_monthly.month
),

books as (
    select
        csm_capacity.month,
        sum(csm_capacity.accounts) as accounts,
        sum(csm_capacity.arr) as arr
    from {{ ref('csm_capacity') }} as csm_capacity
    group by csm_capacity.month
),

tiers as (
    select
        tier_capacity.month,
        sum(tier_capacity.accounts) as accounts,
        sum(tier_capacity.arr) as arr
    from {{ ref('tier_capacity') }} as tier_capacity
    group by tier_capacity.month
),

final as (
    select books.month
    from books
    full outer join ledger
        on books.month = ledger.month
    full outer join tiers
        on books.month = tiers.month
    where
        coalesce(books.accounts, 0) <> coalesce(ledger.accounts, 0)
        or coalesce(books.arr, 0) <> coalesce(ledger.arr, 0)
        or coalesce(tiers.accounts, 0) <> coalesce(ledger.accounts, 0)
        or coalesce(tiers.arr, 0) <> coalesce(ledger.arr, 0)
)

select * from final
