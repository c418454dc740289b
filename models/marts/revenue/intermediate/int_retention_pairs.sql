-- One row per account (or its product family) and pair of its spells in which a window
-- can open and end: what it had when the window opened and at the end, and the lowest
-- close between. Beside them, for each length of window, the months [from, to) in which
-- a window that opened in the first of the two ends. Only bases with ARR. Levels hold
-- for spells of months: rows are as many as the changes of ARR, tier and owner.
{% set windows = retention_windows() -%}
{%- set end = add_months(month_of(as_of()), 1) -%}
with account_spells as (
    select * from {{ ref('int_account_spells') }}
),

family_spells as (
    select * from {{ ref('int_family_spells') }}
),

-- An account as a whole is the family without a name: no real one has none.
levels as (
    select
        account_spells.account_id,
        '' as family,
        account_spells.spell_from,
        account_spells.spell_to,
        account_spells.closing_arr,
        account_spells.closing_touch_tier,
        account_spells.closing_csm_id
    from account_spells
    union all
    select
        family_spells.account_id,
        family_spells.product_family as family,
        family_spells.spell_from,
        family_spells.spell_to,
        family_spells.closing_arr,
        cast(null as {{ dbt.type_string() }}) as closing_touch_tier,
        cast(null as {{ dbt.type_string() }}) as closing_csm_id
    from family_spells
),

-- Once a spell, not once a pair of spells: arithmetic of months takes longest here.
ends as (
    select
        {%- for window in windows %}
        {{ add_months('levels.spell_from', window) }} as ends_from_{{ window }},
        {{ add_months('least(levels.spell_to, ' ~ end ~ ')', window) }}
            as ends_to_{{ window }},
        {%- endfor %}
        levels.*
    from levels
),

-- Each spell beside itself and the later ones that a window from it can end in.
final as (
    select
        bases.account_id,
        nullif(bases.family, '') as product_family,
        {%- for window in windows %}
        bases.ends_from_{{ window }},
        bases.ends_to_{{ window }},
        {%- endfor %}
        bases.closing_touch_tier as base_touch_tier,
        bases.closing_csm_id as base_csm_id,
        bases.closing_arr as base_arr,
        later.spell_from as current_from,
        least(later.spell_to, {{ end }}) as current_to,
        later.closing_arr as current_arr,
        min(later.closing_arr) over (
            partition by bases.account_id, bases.family, bases.spell_from
            order by later.spell_from
            rows between unbounded preceding and current row
        ) as low_water_arr
    from ends as bases
    inner join levels as later
        on
            bases.account_id = later.account_id
            and bases.family = later.family
            and bases.spell_from <= later.spell_from
            and bases.ends_to_{{ windows[-1] }} > later.spell_from
    where bases.closing_arr > 0
)

select * from final
