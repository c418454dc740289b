-- One row per customer and week, taken at its Sunday (the last week at as_of_date),
-- from what was known that day. `band` is raw_band once that has held for
-- health_band_dwell_weeks more weeks; at once through a cap, an override, into or out
-- of `unscored`, and with the first score after weeks without one. Scores may not be
-- averaged over accounts without saying by what.
{%- set dwell = whole_number_var('health_band_dwell_weeks') %}
with scores as (
    select * from {{ ref('int_undamped_health_scores') }}
),

compared as (
    select
        scores.*,
        lag(scores.raw_band) over account_history as last_raw_band,
        lag(scores.week) over account_history as last_week,
        count(*) over account_history_so_far as weeks_scored,
        min(scores.raw_band) over dwelling as first_band_in_dwell,
        max(scores.raw_band) over dwelling as last_band_in_dwell,
        count(*) over dwelling as weeks_in_dwell
    from scores
    window
        account_history as (
            partition by scores.account_id
            order by scores.week
        ),
        account_history_so_far as (
            partition by scores.account_id
            order by scores.week
            rows between unbounded preceding and current row
        ),
        dwelling as (
            partition by scores.account_id
            order by scores.week
            rows between {{ dwell }} preceding and current row
        )
),

settled as (
    select
        compared.*,
        case
            when
                compared.weeks_scored = 1
                or compared.last_week < {{ add_days('compared.week', -7) }}
                or compared.has_cap
                or compared.is_overridden
                or compared.raw_band = 'unscored'
                or compared.last_raw_band = 'unscored'
                or (
                    compared.weeks_in_dwell = {{ dwell + 1 }}
                    and compared.first_band_in_dwell = compared.last_band_in_dwell
                )
                then compared.raw_band
        end as settled_band
    from compared
),

-- A band holds until the next one that settles.
spells as (
    select
        settled.*,
        count(settled.settled_band) over (
            partition by settled.account_id
            order by settled.week
            rows between unbounded preceding and current row
        ) as spell
    from settled
),

final as (
    select
        spells.account_id,
        spells.week,
        spells.taken_on,
        spells.is_last as is_current,
        spells.score,
        max(spells.settled_band) over (
            partition by spells.account_id, spells.spell
        ) as band,
        spells.raw_band,
        cast(spells.coverage as decimal(12, 6)) as coverage,
        spells.driver_score,
        spells.cap,
        spells.cap_reason,
        spells.override_reason,
        spells.touch_tier,
        spells.arr,
        cast('{{ health_policy_version() }}' as {{ dbt.type_string() }})
            as policy_version
    from spells
)

select * from final
