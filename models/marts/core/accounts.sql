-- One row per account as of the date: who it is, who owns it, what it is worth, where
-- it stands. An account entered into the CRM after as_of_date is not here unless it had
-- ARR by then.
with profiles as (
    select * from {{ ref('account_profiles') }}
),

owners as (
    select * from {{ ref('account_owners') }}
    where is_current
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

health as (
    select * from {{ ref('account_health') }}
),

first_arr as (
    select
        lines.account_id,
        min(lines.valid_from) as first_arr_on
    from lines
    where lines.arr > 0
    group by lines.account_id
),

cohorts as (
    select
        account_months.account_id,
        min(account_months.month) as cohort_month
    from account_months
    where account_months.closing_arr > 0
    group by account_months.account_id
),

current_months as (
    select
        account_months.account_id,
        account_months.closing_arr,
        account_months.closing_touch_tier
    from account_months
    where account_months.month = {{ month_of(as_of()) }}
),

-- The next term end among the subscriptions in force, or the one whose grace runs.
terms as (
    select
        lines.account_id,
        min(subscriptions.current_term_end) as term_end_date
    from lines
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where
        lines.valid_to is null
        and lines.arr > 0
        and {{ is_renewal_term(
            'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }}
    group by lines.account_id
),

joined as (
    select
        profiles.*,
        owners.csm_id,
        owners.csm_name,
        coalesce(current_months.closing_arr, 0) as arr,
        current_months.closing_touch_tier,
        first_arr.first_arr_on,
        cohorts.cohort_month,
        terms.term_end_date,
        cast({{ days_between('first_arr.first_arr_on', as_of()) }} as bigint)
            as tenure_days,
        cast({{ days_between(as_of(), 'terms.term_end_date') }} as bigint)
            as days_to_renewal
    from profiles
    left join owners
        on profiles.account_id = owners.account_id
    left join current_months
        on profiles.account_id = current_months.account_id
    left join first_arr
        on profiles.account_id = first_arr.account_id
    left join cohorts
        on profiles.account_id = cohorts.account_id
    left join terms
        on profiles.account_id = terms.account_id
),

final as (
    select
        joined.account_id,
        joined.account_name,
        joined.parent_account_id,
        joined.ultimate_parent_account_id,
        joined.industry,
        joined.region,
        joined.country,
        case when joined.arr > 0 then joined.closing_touch_tier end as touch_tier,
        {{ lifecycle_stage(
            'joined.arr', 'joined.first_arr_on', as_of(), 'joined.days_to_renewal'
        ) | indent(8) }} as lifecycle_stage,
        joined.csm_id,
        joined.csm_name,
        cast(joined.arr as decimal(18, 2)) as arr,
        joined.first_arr_on,
        joined.cohort_month,
        joined.tenure_days,
        joined.term_end_date,
        joined.days_to_renewal,
        health.band as health_band,
        health.score as health_score,
        joined.arr > 0 as is_customer,
        joined.is_unmatched
    from joined
    left join health
        on joined.account_id = health.account_id
    where joined.created_on <= {{ as_of() }} or joined.first_arr_on is not null
)

select * from final
