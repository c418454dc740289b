-- account_coverage has the customers of core.accounts, with their ARR, and no other.
select
    accounts.account_id as missing_account_id,
    coverage.account_id as surplus_account_id
from (
    select * from {{ ref('accounts') }}
    where is_customer
) as accounts
full outer join {{ ref('account_coverage') }} as coverage
    on
        accounts.account_id = coverage.account_id
        and accounts.arr = coverage.arr
where
    accounts.account_id is null
    or coverage.account_id is null
