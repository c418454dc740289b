-- One row per day of the spine whose next day is missing; the last day has none.
select dates.date_day
from {{ ref('dates') }} as dates
left join {{ ref('dates') }} as next_dates
    on {{ add_days('dates.date_day', 1) }} = next_dates.date_day
where
    next_dates.date_day is null
    and dates.date_day < {{ date_literal(iso_date_var('dates_to')) }}
