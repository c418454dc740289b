-- Twenty queries as a dashboard sends them, each under its question.

-- What is our ARR, and how did it come about, month by month?
select month, opening_arr, new_arr, expansion_arr, contraction_arr, churned_arr, closing_arr
from revenue.arr_waterfall where slice_name = 'all' order by month;

-- The same by touch tier, for the last month.
select slice_value, opening_arr, closing_arr, churned_accounts
from revenue.arr_waterfall
where slice_name = 'touch_tier' and month = (select max(month) from revenue.arr_waterfall);

-- What is our retention?
select as_of_month, nrr, grr, logo_retention
from revenue.retention where slice_name = 'all' and window_months = 12 order by as_of_month;

-- Which region retains worst?
select slice_value, nrr, grr, base_arr from revenue.retention
where slice_name = 'region' and window_months = 12
    and as_of_month = (select max(as_of_month) from revenue.retention)
order by grr;

-- How do cohorts age?
select cohort_month, age_months, nrr from revenue.retention_cohorts
where slice_name = 'all' order by cohort_month, age_months;

-- Who are our customers, largest first?
select account_id, account_name, arr, touch_tier, health_band, csm_name
from core.accounts where is_customer order by arr desc, account_id limit 50;

-- How much ARR is in which health band, by tier?
select touch_tier, health_band, count(*) as accounts, sum(arr) as arr
from core.accounts where is_customer group by touch_tier, health_band;

-- One account: its ARR by month.
select month, closing_arr, movement_type from revenue.arr_monthly
where account_id = (select account_id from core.accounts order by arr desc, account_id limit 1)
order by month;

-- One account: its health by week.
select week, score, band from health.health_scores
where account_id = (select account_id from core.accounts order by arr desc, account_id limit 1)
order by week;

-- One account: what moves its health now?
select driver, raw_value, points, contribution, status from health.health_driver_scores
where
    account_id = (select account_id from core.accounts order by arr desc, account_id limit 1)
    and week = (select max(week) from health.health_scores)
order by contribution;

-- One account: its usage by week.
select week, active_users_average, sessions, features_used from health.usage_weekly
where account_id = (select account_id from core.accounts order by arr desc, account_id limit 1)
order by week;

-- Which accounts changed their band for the worse?
select account_id, score, previous_band, change_4_weeks, drivers_down
from health.account_health where band = 'red' and previous_band <> 'red'
order by change_4_weeks, account_id limit 50;

-- How is health distributed over the last half year?
select week, accounts, arr, green_accounts, yellow_accounts, red_accounts
from health.band_shares
where touch_tier = 'all' and week > (select max(week) from health.band_shares) - 182
order by week;

-- A CSM's queue.
select account_id, trigger, priority, due_on, playbook from health.interventions
where is_open and csm_id = (select min(csm_id) from core.accounts)
order by priority desc, account_id limit 50;

-- How many interventions are open, and what came of the others?
select trigger, outcome, count(*) as interventions, sum(arr_at_risk) as arr
from health.interventions group by trigger, outcome;

-- Which CSMs carry too much?
select csm_id, csm_name, accounts, arr, band, utilisation from capacity.csm_capacity
where month = (select max(month) from capacity.csm_capacity) order by utilisation desc;

-- How do CSMs' books do this year?
select csm_id, nrr, grr, expansion_arr, yellow_to_green_rate from capacity.csm_scorecard
where period = (select max(period) from capacity.csm_scorecard) order by nrr desc;

-- What is due for renewal in the next quarter?
select date_trunc('month', term_end_date) as month, health_band, count(*) as renewals,
    sum(arr_up_for_renewal) as arr, sum(forecast_arr) as forecast_arr
from expansion_renewals.renewals where is_open group by 1, 2 order by 1, 2;

-- Where could we expand?
select account_id, seat_utilisation, potential_arr, priority
from expansion_renewals.expansion_signals where is_signal_open
order by priority desc, account_id limit 50;

-- How does the pipeline develop?
select month, sum(created_arr), sum(won_arr), sum(open_arr), sum(weighted_arr)
from expansion_renewals.expansion_pipeline group by month order by month;
