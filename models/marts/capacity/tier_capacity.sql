-- One row per touch tier and month: the accounts of the tier (by their ARR) and the
-- CSMs who serve it, against the recommended band. `accounts` are the tier's, whoever
-- owns them; `book_accounts` are those that its CSMs own, whatever their tier: what a
-- CSM of the tier carries. Accounts of tier `unassigned` wait for billing to be
-- matched.
with tier_months as (
    select * from {{ ref('int_tier_months') }}
),

-- The hours have four decimals, safe_divide reads two.
with_needs as (
    select
        tier_months.*,
        {{ safe_divide('tier_months.book_accounts', 'tier_months.csms') }}
            as accounts_per_csm,
        {{ safe_divide('tier_months.book_accounts', 'tier_months.teams') }}
            as accounts_per_team,
        {{ whole_heads('tier_months.accounts', 'tier_months.recommended_max') }}
            as units_needed,
        {{ whole_heads('tier_months.expected_hours', 'tier_months.full_time_hours') }}
            as csms_needed_by_hours
    from tier_months
),

final as (
    select
        with_needs.touch_tier,
        with_needs.month,
        with_needs.is_partial,
        with_needs.accounts,
        with_needs.arr,
        with_needs.uncovered_accounts,
        with_needs.csms,
        with_needs.teams,
        {{ safe_divide(
            'with_needs.weekly_hours * 100',
            whole_number_var('full_time_weekly_hours') ~ ' * 100'
        ) }}
            as full_time_equivalents,
        with_needs.book_accounts,
        with_needs.accounts_per_csm,
        with_needs.accounts_per_team,
        with_needs.is_team_band,
        with_needs.recommended_min,
        with_needs.recommended_max,
        case
            when with_needs.recommended_min is null then null
            when with_needs.band_units > 0 then {{ capacity_band(
                'with_needs.book_accounts',
                'with_needs.recommended_min * with_needs.band_units',
                'with_needs.recommended_max * with_needs.band_units'
            ) | indent(12) }}
            when with_needs.accounts > 0 then 'over'
        end as status,
        case when with_needs.is_team_band then with_needs.units_needed end
            as teams_needed,
        {{ csms_needed(
            'with_needs.is_team_band',
            'with_needs.units_needed',
            'with_needs.csms_needed_by_hours'
        ) | indent(8) }} as csms_needed,
        with_needs.expected_hours,
        with_needs.csms_needed_by_hours
    from with_needs
)

select * from final
