-- Of what is open, by tier and by how far away its end is, or whether it is past: the
-- chance of a red account is not above that of a yellow one, nor that above a green
-- one's. The policy seed has this order too, or what it stands in for has not.
with renewals as (
    select distinct
        renewals.touch_tier,
        {{ days_between(as_of(), 'renewals.contracted_end_date') }} > 60 as is_early,
        renewals.status = 'in_grace' as is_in_grace,
        case renewals.health_band
            when 'red' then 1
            when 'yellow' then 2
            when 'green' then 3
        end as place,
        renewals.likelihood,
        renewals.net_likelihood
    from {{ ref('renewals') }} as renewals
    where renewals.is_open and renewals.likelihood_basis <> 'cancelled'
),

final as (
    select distinct
        worse.touch_tier,
        worse.place
    from renewals as worse
    inner join renewals as better
        on
            worse.touch_tier = better.touch_tier
            and worse.is_early = better.is_early
            and worse.is_in_grace = better.is_in_grace
            and worse.place < better.place
    where
        worse.likelihood > better.likelihood
        or worse.net_likelihood > better.net_likelihood
)

select * from final
