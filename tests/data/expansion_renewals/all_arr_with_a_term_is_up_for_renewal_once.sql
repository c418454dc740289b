-- What is still to be renewed is the ARR in force now whose subscription has a term
-- long enough to be renewed: no more, no less, and each subscription once. In grace it
-- is the ARR of the term that is over: a discount may end on the same day.
with open_renewals as (
    select
        renewals.subscription_id,
        count(*) as renewals,
        sum(renewals.arr_up_for_renewal) as arr
    from {{ ref('renewals') }} as renewals
    where renewals.is_open
    group by renewals.subscription_id
),

in_grace as (
    select distinct lines.subscription_id
    from {{ ref('arr_lines') }} as lines
    where lines.valid_to is null and lines.in_grace
),

in_force as (
    select
        lines.subscription_id,
        sum(lines.arr) as arr
    from {{ ref('arr_lines') }} as lines
    inner join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    left join in_grace
        on lines.subscription_id = in_grace.subscription_id
    where
        case
            when in_grace.subscription_id is null then lines.valid_to is null
            else
                lines.valid_from < subscriptions.current_term_end
                and {{ open_end('lines.valid_to') }} >= subscriptions.current_term_end
        end
        and subscriptions.current_term_end is not null
        and (
            subscriptions.current_term_start >= subscriptions.current_term_end
            or {{ term_months(
                'subscriptions.current_term_start', 'subscriptions.current_term_end'
            ) | indent(12) }} >= {{ whole_number_var('renewal_term_months_min') }}
        )
    group by lines.subscription_id
    having sum(lines.arr) > 0
),

final as (
    select
        coalesce(open_renewals.subscription_id, in_force.subscription_id)
            as subscription_id,
        open_renewals.renewals,
        open_renewals.arr as up_for_renewal_arr,
        in_force.arr as in_force_arr
    from open_renewals
    full join in_force
        on open_renewals.subscription_id = in_force.subscription_id
    where
        open_renewals.renewals is null
        or open_renewals.renewals > 1
        or in_force.arr is null
        or open_renewals.arr <> in_force.arr
)

select * from final
