-- One row per account (or its product family), window, and run of months [as_of_from,
-- as_of_to) in which the window ends and compares the same two levels: what the account
-- had when it opened, what became of it, and the lowest close between. Only bases with
-- ARR, only windows that have closed by as_of_date's month. Levels hold for spells of
-- months: the rows are as many as the changes of ARR, tier and owner, not the months.
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

-- Each spell beside itself and the later ones that a window from it can end in.
pairs as (
    select
        bases.account_id,
        bases.family,
        bases.spell_from as base_from,
        least(bases.spell_to, {{ end }}) as base_to,
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
    from levels as bases
    inner join levels as later
        on
            bases.account_id = later.account_id
            and bases.family = later.family
            and bases.spell_from <= later.spell_from
            and bases.spell_to > {{ add_months('later.spell_from', -windows[-1]) }}
    where bases.closing_arr > 0
),

runs as (
    {%- for window in windows %}
    select
        pairs.*,
        {{ window }} as window_months,
        greatest({{ add_months('pairs.base_from', window) }}, pairs.current_from)
            as as_of_from,
        least({{ add_months('pairs.base_to', window) }}, pairs.current_to)
            as as_of_to
    from pairs
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        runs.account_id,
        nullif(runs.family, '') as product_family,
        runs.as_of_from,
        runs.as_of_to,
        runs.window_months,
        runs.base_touch_tier,
        runs.base_csm_id,
        runs.base_arr,
        runs.current_arr,
        runs.low_water_arr,
        -- Between two closes with ARR, only one strictly inside can have been at 0.
        runs.current_arr > 0 and runs.low_water_arr = 0 as is_reactivated
    from runs
    where runs.as_of_from < runs.as_of_to
)

select * from final
