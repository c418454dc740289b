-- Counted from the ledger: on each day on which terms of a subscription end, the lines
-- in force the day before. A year's renewals may not hold ARR twice either: a
-- subscription has at most as many ends in a year as its terms fit into it.
with renewals as (
    select
        renewals.*,
        extract(year from renewals.term_end_date) as term_end_year
    from {{ ref('renewals') }} as renewals
    where not renewals.is_open
),

in_force as (
    select
        renewals.renewal_id,
        sum(lines.arr) as arr
    from renewals
    inner join {{ ref('arr_lines') }} as lines
        on
            renewals.subscription_id = lines.subscription_id
            and renewals.term_end_date > lines.valid_from
            and renewals.term_end_date <= {{ open_end('lines.valid_to') }}
    group by renewals.renewal_id
),

by_year as (
    select
        renewals.term_end_year,
        sum(renewals.arr_up_for_renewal) as renewals_arr,
        sum(in_force.arr) as ledger_arr
    from renewals
    left join in_force
        on renewals.renewal_id = in_force.renewal_id
    group by renewals.term_end_year
),

too_often as (
    select
        renewals.term_end_year,
        renewals.subscription_id
    from renewals
    group by renewals.term_end_year, renewals.subscription_id
    having (count(*) - 1) * min(renewals.term_months) > 12
)

select
    by_year.term_end_year,
    cast(null as {{ dbt.type_string() }}) as subscription_id,
    by_year.renewals_arr,
    by_year.ledger_arr
from by_year
where
    by_year.ledger_arr is null
    or by_year.renewals_arr <> by_year.ledger_arr
union all
select
    too_often.term_end_year,
    too_often.subscription_id,
    null as renewals_arr,
    null as ledger_arr
from too_often
