{#- Fails with each override in force or to come whose account there is not. It overrides
    nothing, and an account may be gone for good: a seed asks this with a warning. -#}
{% test override_is_of_an_account(model, accounts) -%}
    select overrides.account_id
    from {{ model }} as overrides
    left join {{ accounts }} as accounts
        on overrides.account_id = accounts.account_id
    where
        overrides.expires_on > {{ as_of() }}
        and accounts.account_id is null
{%- endtest %}
