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
        min(case when interventions.is_overdue then interventions.due_on end)
            as overdue_since,
        min(case when not interventions.is_overdue then interventions.due_on end)
            as next_due_on,
        max(interventions.priority) as priority,
        {{ joined_words('interventions.trigger', 'interventions.trigger_rank') }}
            as triggers
    from {{ ref('interventions') }} as interventions
    where interventions.is_open
    group by interventions.account_id
),

band_changes as (
    select * from {{ ref('int_band_changes') }}
),

reasons as (
    select
        account_id,
        reason_rank,
        case when kind = 'down' then words end as down,
        case when kind = 'up' then words end as up,
        case when kind = 'changed' then words end as changed,
        case when kind = 'moved' then words end as moved
    from {{ ref('int_health_reasons') }}
    where reason_rank <= 6
),

in_words as (
    select
        reasons.account_id,
        {{ joined_words('reasons.down', 'reasons.reason_rank') }} as down,
        {{ joined_words('reasons.up', 'reasons.reason_rank') }} as up,
        {{ joined_words('reasons.changed', 'reasons.reason_rank') }} as changed,
        {{ joined_words('reasons.moved', 'reasons.reason_rank') }} as moved
    from reasons
    group by reasons.account_id
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
        band_changes.previous_band,
        band_changes.band_since,
        case
            when {{ is_kept_week(week_ago(4)) }}
                then coalesce(earlier_scores.band, 'joined')
        end as band_4_weeks_ago,
        cast(scores.score - earlier_scores.score as decimal(6, 2)) as change_4_weeks,
        scores.coverage,
        scores.cap_reason,
        scores.override_reason,
        in_words.down as drivers_down,
        in_words.up as drivers_up,
        in_words.changed as what_changed,
        in_words.moved as why_moved,
        scores.touch_tier,
        scores.arr,
        cast(coalesce(open_interventions.open_interventions, 0) as bigint)
            as open_interventions,
        open_interventions.triggers as open_triggers,
        open_interventions.overdue_since,
        open_interventions.next_due_on,
        open_interventions.priority,
        scores.policy_version
    from scores
    inner join band_changes
        on scores.account_id = band_changes.account_id
    left join scores as earlier_scores
        on
            scores.account_id = earlier_scores.account_id
            and {{ week_ago(4) }} = earlier_scores.week
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
