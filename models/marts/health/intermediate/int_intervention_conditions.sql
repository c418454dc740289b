-- One row per account, trigger, reason and period [holds_from, holds_until) in which
-- the trigger's condition holds, whether or not the account is one it is meant for.
{%- set facts_with_conditions = [
    'cadence', 'contact', 'contract', 'health', 'onboarding', 'ticket', 'usage'
] %}
with final as (
    {%- for facts in facts_with_conditions %}
    select
        account_id,
        trigger,
        holds_from,
        holds_until,
        reason
    from {{ ref('int_' ~ facts ~ '_conditions') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
