-- One row per term end that a new subscription row renews: when, and for how much.
-- A new row renews the first term end that is not more than the grace period before it;
-- one that comes later renews nothing (DECISIONS A1: churn, then reactivation).
with terms as (
    select * from {{ ref('int_renewal_terms') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

successors as (
    select
        subscriptions.subscription_id,
        subscriptions.renewed_from_subscription_id,
        subscriptions.started_on,
        -- A trial, if there is one, comes before the first paid day; it may have been
        -- over before the paying subscription began.
        case
            when subscriptions.trial_ends_on > subscriptions.started_on
                then subscriptions.trial_ends_on
            else subscriptions.started_on
        end as paid_from
    from subscriptions
    where
        subscriptions.renewed_from_subscription_id is not null
        and subscriptions.renewed_from_subscription_id <> subscriptions.subscription_id
),

matches as (
    select
        terms.subscription_id,
        terms.contracted_end_date,
        successors.subscription_id as successor_id,
        successors.started_on,
        successors.paid_from,
        row_number() over (
            partition by successors.subscription_id
            order by terms.contracted_end_date
        ) as preference
    from successors
    inner join terms
        on
            successors.renewed_from_subscription_id = terms.subscription_id
            and successors.started_on <= {{ add_days(
                'terms.contracted_end_date', whole_number_var('renewal_grace_days')
            ) | indent(12) }}
),

final as (
    select
        matches.subscription_id,
        matches.contracted_end_date,
        min(matches.started_on) as renewed_on,
        cast(sum(coalesce(lines.arr, 0)) as decimal(18, 2)) as arr_renewed_as
    from matches
    left join lines
        on
            matches.successor_id = lines.subscription_id
            and matches.paid_from >= lines.valid_from
            and matches.paid_from < {{ open_end('lines.valid_to') }}
    where matches.preference = 1
    group by matches.subscription_id, matches.contracted_end_date
)

select * from final
