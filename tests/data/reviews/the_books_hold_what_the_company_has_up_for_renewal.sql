-- Every open term that ends within 90 days stands in one CSM's book, or in that of
-- `unassigned`; returned is the difference to the company's.
with books as (
    select
        coalesce(sum(renewals_90_days), 0) as renewals,
        coalesce(sum(renewal_arr_90_days), 0) as arr,
        coalesce(sum(at_risk_arr_90_days), 0) as at_risk_arr
    from {{ ref('csm_books') }}
),

company as (
    select * from {{ ref('renewal_horizons') }}
    where horizon_days = 90
),

final as (
    select
        company.renewals - books.renewals as missing_renewals,
        company.arr_up_for_renewal - books.arr as missing_arr
    from company
    cross join books
    where
        company.renewals <> books.renewals
        or company.arr_up_for_renewal <> books.arr
        or company.at_risk_arr <> books.at_risk_arr
)

select * from final
