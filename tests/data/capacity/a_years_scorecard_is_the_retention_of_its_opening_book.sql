-- Of a whole year, and where nobody's book is left out: what revenue.retention says of
-- the CSM over twelve months.
select
    csm_scorecard.csm_id,
    csm_scorecard.period_start
from {{ ref('csm_scorecard') }} as csm_scorecard
left join {{ ref('retention') }} as retention
    on
        csm_scorecard.csm_id = retention.slice_value
        and retention.slice_name = 'csm'
        and retention.window_months = 12
        and retention.as_of_month = {{ add_months('csm_scorecard.period_start', 11) }}
where
    csm_scorecard.period = 'year'
    and not csm_scorecard.is_partial
    and csm_scorecard.cohort_accounts > 0
    and (
        retention.slice_value is null
        or csm_scorecard.cohort_accounts <> retention.base_accounts
        or csm_scorecard.nrr <> retention.nrr
        or csm_scorecard.grr <> retention.grr
        or csm_scorecard.logo_retention <> retention.logo_retention
    )
