-- One row per override in force or to come whose account there is not. It overrides
-- nothing, and an account may be gone for good: so this warns.
{{ config(severity='warn', meta={
    'remedy': "correct the account_id in seeds/policy/health_overrides.csv, "
              "or remove the row if the account is gone"
}) }}

with overrides as (
    select * from {{ ref('health_overrides') }}
    where expires_on > {{ as_of() }}
),

final as (
    select overrides.account_id
    from overrides
    left join {{ ref('accounts') }} as accounts
        on overrides.account_id = accounts.account_id
    where accounts.account_id is null
)

select * from final
