-- One row per base of retention and later spell of the account (or its product family)
-- in which a window that opened in the base can end: what it has then, and the lowest
-- close since the window opened.
{%- set end = add_months(month_of(as_of()), 1) %}
with bases as (
    select * from {{ ref('int_retention_bases') }}
),

-- An account as a whole is the family without a name: no real one has none.
later_spells as (
    select
        account_spells.account_id,
        '' as family,
        account_spells.spell_from,
        account_spells.spell_to,
        account_spells.closing_arr
    from {{ ref('int_account_spells') }} as account_spells
    union all
    select
        family_spells.account_id,
        family_spells.product_family as family,
        family_spells.spell_from,
        family_spells.spell_to,
        family_spells.closing_arr
    from {{ ref('int_family_spells') }} as family_spells
),

final as (
    select
        bases.account_id,
        bases.product_family,
        {%- for window in retention_windows() %}
        bases.ends_from_{{ window }},
        bases.ends_to_{{ window }},
        {%- endfor %}
        bases.base_touch_tier,
        bases.base_csm_id,
        bases.base_arr,
        later_spells.spell_from as current_from,
        least(later_spells.spell_to, {{ end }}) as current_to,
        later_spells.closing_arr as current_arr,
        least(bases.base_arr, min(later_spells.closing_arr) over (
            partition by bases.account_id, bases.product_family, bases.spell_from
            order by later_spells.spell_from
            rows between unbounded preceding and current row
        )) as low_water_arr
    from bases
    inner join later_spells
        on
            bases.account_id = later_spells.account_id
            and coalesce(bases.product_family, '') = later_spells.family
            and bases.spell_from < later_spells.spell_from
            and bases.ends_to_{{ retention_windows()[-1] }} > later_spells.spell_from
)

select * from final
