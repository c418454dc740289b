-- One row per CSM who works on the as-of date and serves a touch tier: the band, and
-- whether it counts the CSM's own accounts or the team's. The columns are, in this
-- order, what bowtie.rebalancing.Seat takes.
with csm_loads as (
    select * from {{ ref('int_csm_loads') }}
    where
        month = {{ month_of(as_of()) }}
        and is_present_at_close
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

final as (
    select
        csm_loads.csm_id,
        csm_loads.touch_model as touch_tier,
        case
            when touch_tiers.is_team_band
                then 'team '
                    || csm_loads.touch_model
                    || ' '
                    || coalesce(csm_loads.team, csm_loads.csm_id)
            else 'csm ' || csm_loads.csm_id
        end as unit,
        touch_tiers.accounts_per_csm_min as lowest,
        touch_tiers.accounts_per_csm_max as highest
    from csm_loads
    inner join touch_tiers
        on csm_loads.touch_model = touch_tiers.touch_tier
)

select * from final
