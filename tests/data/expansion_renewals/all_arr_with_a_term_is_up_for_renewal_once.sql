-- What is still to be renewed is the ARR in force now whose subscription has a term
-- long enough to be renewed: no more, no less, and each subscription once.
with open_renewals as (
    select
        renewals.subscription_id,
        count(*) as renewals,
        sum(renewals.arr_up_for_renewal) as arr
    from {{ ref('renewals') }} as renewals
    where renewals.is_open
    group by renewals.subscription_id
),

in_force as (
    select
        lines.subscription_id,
        sum(lines.arr) as arr
    from {{ ref('arr_lines') }} as lines
    inner join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where
        lines.valid_to is null
        and subscriptions.current_term_end is not null
        and (
            subscriptions.current_term_start >= subscriptions.current_term_end
            or {{ term_months(
                'subscriptions.current_term_start', 'subscriptions.current_term_end'
            ) | indent(12) }} >= {{ whole_number_var('renewal_term_months_min') }}
        )
    group by lines.subscription_id
    having sum(lines.arr) > 0
)

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
