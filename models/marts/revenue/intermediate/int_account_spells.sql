-- One row per account and spell of months that close alike: the ARR at which each of
-- them closes under the currency policy, its touch tier and its owner then. A spell
-- begins in every month in which one of these may change, and holds until the next
-- (spell_to, exclusive), so that a quiet account costs one row and not one a month.
{%- set first_month = month_of(date_literal(iso_date_var('dates_from'))) %}
with changes as (
    select * from {{ ref('int_account_changes') }}
),

months as (
    select * from {{ ref('int_months') }}
),

foreign_months as (
    select
        family_months.account_id,
        family_months.month,
        sum(family_months.revaluation_arr) as revaluation_arr
    from {{ ref('int_foreign_months') }} as family_months
    group by family_months.account_id, family_months.month
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

overrides as (
    select * from {{ ref('touch_tier_overrides') }}
),

holdings as (
    select
        changes.account_id,
        changes.changed_on,
        changes.arr_after,
        changes.assisted_lines_after,
        {{ open_end('cast(lead(changes.changed_on) over (
            partition by changes.account_id
            order by changes.changed_on
        ) as date)') }} as next_changed_on
    from changes
),

-- Rates move in every month, and once more when the last foreign line is gone.
turns as (
    {%- for source, day in [
        ('changes', 'changes.changed_on'),
        ('owners', 'owners.valid_from'),
        ('owners', 'owners.valid_to'),
        ('overrides', 'overrides.valid_from'),
        ('overrides', 'overrides.expires_on'),
        ('foreign_months', 'foreign_months.month'),
        ('foreign_months', add_months('foreign_months.month', 1)),
    ] %}
    select
        {{ source }}.account_id,
        {{ day }} as turned_on
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Distinct here, where its months are few: joined further down, DuckDB spreads every
-- holding over all of its months first.
turning_months as (
    select distinct
        turns.account_id,
        months.month,
        months.closes_on
    from turns
    inner join months
        on months.month = greatest({{ month_of('turns.turned_on') }}, {{ first_month }})
    where turns.turned_on is not null
),

closings as (
    select
        turning_months.account_id,
        turning_months.month,
        turning_months.closes_on,
        cast(
            holdings.arr_after
            + coalesce(foreign_months.revaluation_arr, 0) as decimal(18, 2)
        ) as closing_arr,
        holdings.assisted_lines_after = 0 as is_self_service_only
    from turning_months
    inner join holdings
        on
            turning_months.account_id = holdings.account_id
            and turning_months.closes_on >= holdings.changed_on
            and turning_months.closes_on < holdings.next_changed_on
    left join foreign_months
        on
            turning_months.account_id = foreign_months.account_id
            and turning_months.month = foreign_months.month
),

final as (
    select
        closings.account_id,
        closings.month as spell_from,
        {{ open_end('cast(lead(closings.month) over (
            partition by closings.account_id
            order by closings.month
        ) as date)') }} as spell_to,
        closings.closing_arr,
        {{ assigned_touch_tier() | indent(8) }} as closing_touch_tier,
        owners.csm_id as closing_csm_id
    from closings
    {{ join_touch_tier(
        'closings', 'closings.closes_on', 'closings.closing_arr', 'closings.is_self_service_only'
    ) | indent(4) }}
    left join owners
        on
            closings.account_id = owners.account_id
            and closings.closes_on >= owners.valid_from
            and closings.closes_on < {{ open_end('owners.valid_to') }}
)

select * from final
