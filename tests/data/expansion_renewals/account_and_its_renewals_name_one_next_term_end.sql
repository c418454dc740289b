-- An account's next term end is that of the first of its terms that are to renew.
-- Paused terms and those in grace may be in one of the two alone.
with accounts as (
    select * from {{ ref('accounts') }}
),

next_renewals as (
    select
        renewals.account_id,
        min(renewals.term_end_date) as term_end_date
    from {{ ref('renewals') }} as renewals
    where renewals.status = 'upcoming'
    group by renewals.account_id
),

final as (
    select
        accounts.account_id,
        accounts.term_end_date,
        next_renewals.term_end_date as renewal_end_date
    from accounts
    left join next_renewals
        on accounts.account_id = next_renewals.account_id
    where
        accounts.days_to_renewal >= 1
        and (
            next_renewals.term_end_date is null
            or next_renewals.term_end_date <> accounts.term_end_date
        )
)

select * from final
