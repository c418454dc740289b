-- One row per CSM who works or owns anything as of the date, or whose interventions are
-- still open, and one for `unassigned`: the book, its health, what waits in the queue,
-- and what comes up for renewal.
{% set bands = ['green', 'yellow', 'red', 'unscored'] -%}
with csm_capacity as (
    select * from {{ ref('csm_capacity') }}
    where month = {{ month_of(as_of()) }}
),

csms as (
    select * from {{ ref('csms') }}
),

accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
),

scorecards as (
    select * from {{ ref('csm_scorecard') }}
    where
        period = 'quarter'
        and period_start = {{ quarter_of(as_of()) }}
),

held as (
    select
        coalesce(accounts.csm_id, 'unassigned') as csm_id,
        {%- for band in bands %}
        sum(
            case
                when coalesce(accounts.health_band, 'unscored') = '{{ band }}' then 1
                else 0
            end
        ) as {{ band }}_accounts,
        sum(
            case
                when coalesce(accounts.health_band, 'unscored') = '{{ band }}'
                    then accounts.arr
                else 0
            end
        ) as {{ band }}_arr,
        {%- endfor %}
        sum(case when touchpoints.overdue_days > 0 then 1 else 0 end)
            as touchpoints_overdue,
        sum(case when touchpoints.qbr_overdue_days > 0 then 1 else 0 end)
            as reviews_overdue
    from accounts
    left join touchpoints
        on accounts.account_id = touchpoints.account_id
    group by coalesce(accounts.csm_id, 'unassigned')
),

queues as (
    select
        coalesce(interventions.csm_id, 'unassigned') as csm_id,
        count(*) as open_interventions,
        sum(case when interventions.is_overdue then 1 else 0 end)
            as overdue_interventions,
        sum(case when interventions.is_overdue_untouched then 1 else 0 end)
            as overdue_untouched
    from {{ ref('interventions') }} as interventions
    where interventions.is_open
    group by coalesce(interventions.csm_id, 'unassigned')
),

terms as (
    select
        coalesce(renewals.csm_id, 'unassigned') as csm_id,
        count(*) as renewals_90_days,
        sum(renewals.arr_up_for_renewal) as renewal_arr_90_days,
        sum(case when renewals.is_at_risk then renewals.arr_up_for_renewal else 0 end)
            as at_risk_arr_90_days
    from {{ ref('renewals') }} as renewals
    where renewals.is_open and renewals.days_to_term_end <= 90
    group by coalesce(renewals.csm_id, 'unassigned')
),

-- An intervention is that of who owned the account when it opened. With a CSM who has
-- left since it would be in nobody's book.
holders as (
    select csm_capacity.csm_id
    from csm_capacity
    where csm_capacity.is_present_at_close or csm_capacity.accounts > 0
    union distinct
    select 'unassigned' as csm_id
    union distinct
    select queues.csm_id
    from queues
    union distinct
    select terms.csm_id
    from terms
),

final as (
    select
        holders.csm_id,
        coalesce(csms.csm_name, holders.csm_id) as csm_name,
        csms.team,
        csms.touch_model,
        coalesce(csm_capacity.accounts, 0) as accounts,
        cast(coalesce(csm_capacity.arr, 0) as decimal(18, 2)) as arr,
        {%- for band in bands %}
        cast(coalesce(held.{{ band }}_accounts, 0) as bigint) as {{ band }}_accounts,
        cast(coalesce(held.{{ band }}_arr, 0) as decimal(18, 2)) as {{ band }}_arr,
        {%- endfor %}
        csm_capacity.utilisation,
        cast(coalesce(held.touchpoints_overdue, 0) as bigint) as touchpoints_overdue,
        cast(coalesce(held.reviews_overdue, 0) as bigint) as reviews_overdue,
        cast(coalesce(queues.open_interventions, 0) as bigint) as open_interventions,
        cast(coalesce(queues.overdue_interventions, 0) as bigint)
            as overdue_interventions,
        cast(coalesce(queues.overdue_untouched, 0) as bigint) as overdue_untouched,
        cast(coalesce(terms.renewals_90_days, 0) as bigint) as renewals_90_days,
        cast(coalesce(terms.renewal_arr_90_days, 0) as decimal(18, 2))
            as renewal_arr_90_days,
        cast(coalesce(terms.at_risk_arr_90_days, 0) as decimal(18, 2))
            as at_risk_arr_90_days,
        scorecards.nrr,
        scorecards.grr
    from holders
    left join csm_capacity
        on holders.csm_id = csm_capacity.csm_id
    left join csms
        on holders.csm_id = csms.csm_id
    left join held
        on holders.csm_id = held.csm_id
    left join queues
        on holders.csm_id = queues.csm_id
    left join terms
        on holders.csm_id = terms.csm_id
    left join scorecards
        on holders.csm_id = scorecards.csm_id
)

select * from final
