-- One row per customer and past week whose score is another than in the earlier
-- generation that var `restated_against` names, for the weeks that were over then: a
-- fact came late, or the policy changed. Empty when none is named.
-- A week is over on its Sunday; what a running one scores says nothing of it yet.
{% set earlier = earlier_generation() -%}
{{ config(pre_hook="{{ attach_earlier_generation() }}") }}

with scores as (
    select * from {{ ref('health_scores') }}
    where taken_on = {{ add_days('week', 6) }}
),

earlier_scores as (
    select * from {{ earlier }}{{ ref('health_scores').include(database=false) }}
    where
        {{ 'true' if earlier else 'false' }}
        and taken_on = {{ add_days('week', 6) }}
        and not {{ is_erased('account_id') }}
),

-- Weeks that both generations keep.
shared_weeks as (
    select
        earlier_scores.week,
        min(earlier_scores.policy_version) as earlier_policy_version
    from earlier_scores
    where earlier_scores.week in (select scores.week from scores)
    group by earlier_scores.week
),

current_scores as (
    select
        scores.*,
        shared_weeks.earlier_policy_version
    from scores
    inner join shared_weeks
        on scores.week = shared_weeks.week
),

past_scores as (
    select earlier_scores.*
    from earlier_scores
    inner join shared_weeks
        on earlier_scores.week = shared_weeks.week
),

compared as (
    select
        coalesce(current_scores.account_id, past_scores.account_id) as account_id,
        coalesce(current_scores.week, past_scores.week) as week,
        past_scores.account_id is not null as was_customer,
        current_scores.account_id is not null as is_customer,
        past_scores.score as earlier_score,
        current_scores.score,
        coalesce(past_scores.raw_band, 'none') as earlier_band,
        coalesce(current_scores.raw_band, 'none') as band,
        coalesce(past_scores.coverage, 0) as earlier_coverage,
        coalesce(current_scores.coverage, 0) as coverage,
        coalesce(past_scores.policy_version, current_scores.earlier_policy_version)
            as earlier_policy_version,
        current_scores.policy_version
    from current_scores
    full join past_scores
        on
            current_scores.account_id = past_scores.account_id
            and current_scores.week = past_scores.week
),

final as (
    select
        compared.account_id,
        compared.week,
        compared.earlier_score,
        compared.score,
        cast(compared.score - compared.earlier_score as decimal(6, 2))
            as restated_points,
        compared.earlier_band,
        compared.band,
        case
            when not compared.was_customer then 'became a customer then'
            when not compared.is_customer then 'was no customer then'
            when compared.policy_version <> compared.earlier_policy_version
                then 'policy'
            when compared.coverage > compared.earlier_coverage then 'more is known'
            when compared.coverage < compared.earlier_coverage then 'less is known'
            else 'late fact'
        end as main_reason
    from compared
    where
        coalesce(compared.score, -1) <> coalesce(compared.earlier_score, -1)
        or compared.band <> compared.earlier_band
)

select * from final
