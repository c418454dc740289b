-- One row per account and period [valid_from, valid_to) with one health band by the
-- weeks that are over; before the first score, and while there is none (who left has
-- none), the band is `unscored`. band_before is null at the start. A null valid_to is
-- open.
with scores as (
    select * from {{ ref('int_score_periods') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

with_next as (
    select
        scores.*,
        lead(scores.valid_from) over (
            partition by scores.account_id
            order by scores.valid_from
        ) as next_from
    from scores
),

-- A band, and where no score follows, none.
readings as (
    select
        with_next.account_id,
        with_next.valid_from,
        with_next.band
    from with_next
    where with_next.is_complete
    union all
    select
        with_next.account_id,
        with_next.valid_to as valid_from,
        'unscored' as band
    from with_next
    where
        with_next.is_complete
        and with_next.valid_to < {{ open_end('with_next.next_from') }}
),

marked as (
    select
        readings.account_id,
        readings.valid_from,
        readings.band,
        lag(readings.band) over (
            partition by readings.account_id
            order by readings.valid_from
        ) as band_before
    from readings
),

band_starts as (
    select
        marked.account_id,
        marked.valid_from,
        marked.band,
        marked.band_before
    from marked
    where marked.band_before is null or marked.band <> marked.band_before
    union all
    select
        profiles.account_id,
        {{ date_literal(iso_date_var('dates_from')) }} as valid_from,
        'unscored' as band,
        cast(null as {{ dbt.type_string() }}) as band_before
    from profiles
),

final as (
    select
        band_starts.account_id,
        band_starts.valid_from,
        lead(band_starts.valid_from) over (
            partition by band_starts.account_id
            order by band_starts.valid_from
        ) as valid_to,
        band_starts.band,
        band_starts.band_before
    from band_starts
)

select * from final
