-- One row per customer as of the date: its score, its band and since when, what changed
-- in four weeks, and why, in words; who owns it, and what is open on it.
with scores as (
    select * from {{ ref('health_scores') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

owners as (
    select * from {{ ref('account_owners') }}
    where is_current
),

-- The trigger breaks ties, since one is open at most once on an account.
open_interventions as (
    select
        interventions.account_id,
        count(*) as open_interventions,
        min(interventions.due_on) as next_due_on,
        max(interventions.priority) as priority,
        {{ joined_words('interventions.trigger', 'interventions.trigger_rank') }}
            as triggers
    from {{ ref('interventions') }} as interventions
    where interventions.is_open
    group by interventions.account_id
),

reasons as (
    select
        account_id,
        reason_rank,
        case when kind = 'down' then words end as down,
        case when kind = 'up' then words end as up,
        case when kind = 'changed' then words end as changed
    from {{ ref('int_health_reasons') }}
    where reason_rank <= 6
),

in_words as (
    select
        reasons.account_id,
        {{ joined_words('reasons.down', 'reasons.reason_rank') }} as down,
        {{ joined_words('reasons.up', 'reasons.reason_rank') }} as up,
        {{ joined_words('reasons.changed', 'reasons.reason_rank') }} as changed
    from reasons
    group by reasons.account_id
),

-- The weeks in which an account was given another band; its last one counts. Who left
-- or paused had none in between, and begins anew.
changes as (
    select
        compared.account_id,
        compared.taken_on,
        case when compared.is_without_gap then compared.last_band end as previous_band,
        row_number() over (
            partition by compared.account_id
            order by compared.week desc
        ) as change_number
    from (
        select
            scores.*,
            lag(scores.band) over account_history as last_band,
            lag(scores.week) over account_history
            = {{ add_days('scores.week', -7) }} as is_without_gap
        from scores
        window account_history as (
            partition by scores.account_id
            order by scores.week
        )
    ) as compared
    where
        compared.last_band is null
        or not compared.is_without_gap
        or compared.last_band <> compared.band
),

final as (
    select
        scores.account_id,
        coalesce(profiles.account_name, scores.account_id) as account_name,
        owners.csm_id,
        owners.csm_name,
        scores.taken_on,
        scores.score,
        scores.band,
        scores.raw_band,
        changes.previous_band,
        changes.taken_on as band_since,
        cast(scores.score - earlier_scores.score as decimal(6, 2)) as change_4_weeks,
        scores.coverage,
        scores.cap_reason,
        scores.override_reason,
        in_words.down as drivers_down,
        in_words.up as drivers_up,
        in_words.changed as what_changed,
        scores.touch_tier,
        scores.arr,
        cast(coalesce(open_interventions.open_interventions, 0) as bigint)
            as open_interventions,
        open_interventions.triggers as open_triggers,
        open_interventions.next_due_on,
        open_interventions.priority,
        scores.policy_version
    from scores
    inner join changes
        on
            scores.account_id = changes.account_id
            and changes.change_number = 1
    left join scores as earlier_scores
        on
            scores.account_id = earlier_scores.account_id
            and {{ add_days('scores.week', -28) }} = earlier_scores.week
    left join in_words
        on scores.account_id = in_words.account_id
    left join profiles
        on scores.account_id = profiles.account_id
    left join owners
        on scores.account_id = owners.account_id
    left join open_interventions
        on scores.account_id = open_interventions.account_id
    where scores.is_current
)

select * from final
