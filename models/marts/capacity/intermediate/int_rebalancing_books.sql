-- One row per CSM (null: nobody) and touch tier: the accounts that may change hands, as
-- of the date. The columns are, in this order, what bowtie.rebalancing.Book takes.
with books as (
    select * from {{ ref('int_csm_books') }}
    where month = {{ month_of(as_of()) }}
),

final as (
    select
        nullif(books.csm_id, 'unassigned') as csm_id,
        books.touch_tier,
        books.accounts
    from books
    where books.touch_tier <> 'unassigned'
)

select * from final
