-- One row per account (or its product family) and spell in which it has ARR, so that
-- windows of retention can open in it: its level, and for each length of window the
-- months [from, to) in which one that opened in the spell ends. Levels hold for spells
-- of months: rows are as many as the changes of ARR, tier and owner.
{% set end = add_months(month_of(as_of()), 1) -%}
with account_spells as (
    select * from {{ ref('int_account_spells') }}
),

family_spells as (
    select * from {{ ref('int_family_spells') }}
),

levels as (
    select
        account_spells.account_id,
        cast(null as {{ dbt.type_string() }}) as product_family,
        account_spells.spell_from,
        least(account_spells.spell_to, {{ end }}) as spell_to,
        account_spells.closing_touch_tier,
        account_spells.closing_csm_id,
        account_spells.closing_arr
    from account_spells
    where account_spells.closing_arr > 0
    union all
    select
        family_spells.account_id,
        family_spells.product_family,
        family_spells.spell_from,
        least(family_spells.spell_to, {{ end }}) as spell_to,
        cast(null as {{ dbt.type_string() }}) as closing_touch_tier,
        cast(null as {{ dbt.type_string() }}) as closing_csm_id,
        family_spells.closing_arr
    from family_spells
    where family_spells.closing_arr > 0
),

final as (
    select
        levels.account_id,
        levels.product_family,
        levels.spell_from,
        levels.spell_to,
        {%- for window in retention_windows() %}
        {{ add_months('levels.spell_from', window) }} as ends_from_{{ window }},
        {{ add_months('levels.spell_to', window) }} as ends_to_{{ window }},
        {%- endfor %}
        levels.closing_touch_tier as base_touch_tier,
        levels.closing_csm_id as base_csm_id,
        levels.closing_arr as base_arr
    from levels
)

select * from final
