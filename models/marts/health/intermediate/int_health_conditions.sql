-- One row per account and period [holds_from, holds_until) of being red after having
-- been better. Who has been red since the first score has not turned red.
with bands as (
    select * from {{ ref('int_band_periods') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'health_turned_red'
),

final as (
    select
        bands.account_id,
        triggers.trigger,
        bands.valid_from as holds_from,
        bands.valid_to as holds_until,
        'health turned red, was ' || bands.band_before as reason
    from bands
    cross join triggers
    where bands.band = 'red' and bands.band_before in ('green', 'yellow')
)

select * from final
