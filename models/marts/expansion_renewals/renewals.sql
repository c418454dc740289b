-- One row per subscription term that ended with ARR, and per one that will end next:
-- what was up for renewal, what became of it, and, while that is open, what to expect.
-- Terms under renewal_term_months_min roll on and are not here; nor are terms whose
-- subscription was over, paused or free before they ended: nothing was up for renewal.
with terms as (
    select * from {{ ref('int_term_outcomes') }}
    where arr_before > 0
),

likelihoods as (
    select * from {{ ref('int_renewal_likelihoods') }}
),

accounts as (
    select * from {{ ref('accounts') }}
),

with_expectation as (
    select
        terms.*,
        coalesce(accounts.account_name, terms.account_id) as account_name,
        accounts.csm_id,
        accounts.csm_name,
        case
            when terms.auto_renews
                then {{ add_days('terms.contracted_end_date', '-terms.notice_days') }}
        end as notice_date,
        expected.gross_rate,
        expected.net_rate,
        expected.likelihood_basis,
        coalesce(expected.touch_tier, ahead.touch_tier) as touch_tier,
        coalesce(expected.health_band, ahead.health_band) as health_band
    from terms
    left join accounts
        on terms.account_id = accounts.account_id
    -- While it is open: as of now. Afterwards: as it was 90 days ahead. Equalities, for
    -- engines compare each row with every other where a condition is on one side alone.
    left join likelihoods as expected
        on
            case
                when terms.status in ('upcoming', 'in_grace') then terms.subscription_id
            end = expected.subscription_id
            and terms.contracted_end_date = expected.contracted_end_date
            and expected.asked_on = {{ as_of() }}
    left join likelihoods as ahead
        on
            case when terms.settled_on is not null then terms.subscription_id end
            = ahead.subscription_id
            and terms.contracted_end_date = ahead.contracted_end_date
            and ahead.lead_days = 90
),

final as (
    select
        with_expectation.subscription_id || '|'
        || cast(with_expectation.contracted_end_date as varchar(10)) as renewal_id,
        with_expectation.subscription_id,
        with_expectation.account_id,
        with_expectation.account_name,
        with_expectation.csm_id,
        with_expectation.csm_name,
        with_expectation.touch_tier,
        with_expectation.term_start_date,
        with_expectation.term_end_date,
        with_expectation.contracted_end_date,
        with_expectation.term_months,
        with_expectation.notice_date,
        with_expectation.auto_renews,
        with_expectation.cancel_requested_on,
        with_expectation.status,
        with_expectation.renewed_on,
        case
            when with_expectation.status = 'late'
                then cast({{ days_between(
                    'with_expectation.contracted_end_date',
                    'with_expectation.renewed_on'
                ) }} as bigint)
        end as days_late,
        with_expectation.is_new_row,
        with_expectation.arr_before as arr_up_for_renewal,
        -- least() of a null is no null everywhere.
        case
            when with_expectation.arr_renewed < with_expectation.arr_before
                then with_expectation.arr_renewed
            when
                with_expectation.arr_renewed is not null
                then with_expectation.arr_before
        end as renewed_arr,
        with_expectation.arr_renewed as net_renewed_arr,
        with_expectation.health_band,
        with_expectation.gross_rate as likelihood,
        with_expectation.net_rate as net_likelihood,
        with_expectation.likelihood_basis,
        {{ share_of('with_expectation.arr_before', 'with_expectation.gross_rate') }}
            as forecast_arr,
        {{ share_of('with_expectation.arr_before', 'with_expectation.net_rate') }}
            as net_forecast_arr,
        with_expectation.status in ('upcoming', 'in_grace') as is_open,
        case
            when with_expectation.status in ('upcoming', 'in_grace')
                then cast(
                        {{ days_between(as_of(), 'with_expectation.term_end_date') }}
                        as bigint
                    )
        end as days_to_term_end,
        -- Bound: it renews by itself, and the day until which notice could be given is
        -- over.
        with_expectation.status = 'upcoming'
        and with_expectation.auto_renews
        and with_expectation.cancel_requested_on is null
        and coalesce(with_expectation.notice_date < {{ as_of() }}, false)
            as is_committed,
        with_expectation.status in ('upcoming', 'in_grace')
        and (
            with_expectation.status = 'in_grace'
            or with_expectation.cancel_requested_on is not null
            or coalesce(with_expectation.health_band = 'red', false)
        ) as is_at_risk
    from with_expectation
)

select * from final
