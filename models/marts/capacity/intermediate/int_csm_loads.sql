-- One row per CSM (or `unassigned`) and month: accounts and ARR by touch tier, and the
-- number of accounts that the band judges: the CSM's own, or for a tier whose band is a
-- team's, those of all its CSMs of that tier who are present, and for them alone.
with csm_months as (
    select * from {{ ref('int_csm_months') }}
),

books as (
    select * from {{ ref('int_csm_books') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

summed as (
    select
        csm_months.csm_id,
        csm_months.month,
        {%- for tier in ['high', 'mid', 'low', 'tech'] %}
        sum(case when books.touch_tier = '{{ tier }}' then books.accounts else 0 end)
            as {{ tier }}_accounts,
        sum(case when books.touch_tier = '{{ tier }}' then books.arr else 0 end)
            as {{ tier }}_arr,
        {%- endfor %}
        coalesce(sum(books.accounts), 0) as accounts,
        coalesce(sum(books.arr), 0) as arr
    from csm_months
    left join books
        on
            csm_months.csm_id = books.csm_id
            and csm_months.month = books.month
    group by csm_months.csm_id, csm_months.month
),

team_accounts as (
    select
        csm_months.month,
        csm_months.touch_model,
        coalesce(csm_months.team, csm_months.csm_id) as team,
        sum(summed.accounts) as accounts
    from csm_months
    inner join summed
        on
            csm_months.csm_id = summed.csm_id
            and csm_months.month = summed.month
    where csm_months.is_present_at_close
    group by
        csm_months.month,
        csm_months.touch_model,
        coalesce(csm_months.team, csm_months.csm_id)
),

final as (
    select
        csm_months.csm_id,
        csm_months.month,
        csm_months.is_partial,
        csm_months.csm_name,
        csm_months.team,
        csm_months.touch_model,
        csm_months.weekly_hours,
        csm_months.is_present_at_close,
        csm_months.available_hours,
        {%- for tier in ['high', 'mid', 'low', 'tech'] %}
        cast(summed.{{ tier }}_accounts as bigint) as {{ tier }}_accounts,
        cast(summed.{{ tier }}_arr as decimal(18, 2)) as {{ tier }}_arr,
        {%- endfor %}
        cast(summed.accounts as bigint) as accounts,
        cast(summed.arr as decimal(18, 2)) as arr,
        cast(
            case
                when touch_tiers.is_team_band then team_accounts.accounts else
                    summed.accounts
            end as bigint
        )
            as band_accounts,
        case
            when csm_months.is_present_at_close then touch_tiers.accounts_per_csm_min
        end as recommended_min,
        case
            when csm_months.is_present_at_close then touch_tiers.accounts_per_csm_max
        end as recommended_max
    from csm_months
    inner join summed
        on
            csm_months.csm_id = summed.csm_id
            and csm_months.month = summed.month
    left join touch_tiers
        on csm_months.touch_model = touch_tiers.touch_tier
    left join team_accounts
        on
            csm_months.month = team_accounts.month
            and csm_months.touch_model = team_accounts.touch_model
            and coalesce(csm_months.team, csm_months.csm_id) = team_accounts.team
            and csm_months.is_present_at_close
)

select * from final
