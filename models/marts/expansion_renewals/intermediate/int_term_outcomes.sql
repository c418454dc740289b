-- One row per subscription and term end: ARR before it and after it, and what became of
-- it. A term that was over before its end has no ARR before it, and is kept: it was to
-- come up for renewal when somebody asked 90 days ahead.
with terms as (
    select * from {{ ref('int_renewal_terms') }}
),

renewals as (
    select * from {{ ref('int_term_renewals') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

subscription_accounts as (
    select distinct
        lines.subscription_id,
        lines.account_id
    from lines
),

with_renewal as (
    select
        terms.*,
        subscription_accounts.account_id,
        renewals.renewed_on,
        renewals.arr_renewed_as,
        -- The first day that is no longer of the old term.
        least(
            terms.contracted_end_date,
            {{ open_end('renewals.renewed_on') }},
            {{ add_days(as_of(), 1) }}
        ) as over_on
    from terms
    inner join subscription_accounts
        on terms.subscription_id = subscription_accounts.subscription_id
    left join renewals
        on
            terms.subscription_id = renewals.subscription_id
            and terms.contracted_end_date = renewals.contracted_end_date
),

with_arr as (
    select
        with_renewal.subscription_id,
        with_renewal.contracted_end_date,
        cast(sum(
            case
                when
                    lines.valid_from < with_renewal.over_on
                    and {{ open_end('lines.valid_to') }} >= with_renewal.over_on
                    then lines.arr
                else 0
            end
        ) as decimal(18, 2)) as arr_before,
        cast(sum(
            case
                when
                    lines.valid_from <= with_renewal.contracted_end_date
                    and {{ open_end('lines.valid_to') }}
                    > with_renewal.contracted_end_date
                    then lines.arr
                else 0
            end
        ) as decimal(18, 2)) as arr_after
    from with_renewal
    inner join lines
        on with_renewal.subscription_id = lines.subscription_id
    group by with_renewal.subscription_id, with_renewal.contracted_end_date
),

joined as (
    select
        with_renewal.*,
        with_arr.arr_before,
        with_arr.arr_after
    from with_renewal
    inner join with_arr
        on
            with_renewal.subscription_id = with_arr.subscription_id
            and with_renewal.contracted_end_date = with_arr.contracted_end_date
),

judged as (
    select
        joined.*,
        {{ renewal_status('joined') | indent(8) }} as status
    from joined
),

final as (
    select
        judged.subscription_id,
        judged.account_id,
        judged.started_on,
        judged.term_start_date,
        judged.contracted_end_date,
        case
            when judged.status = 'renewed'
                and judged.renewed_on < judged.contracted_end_date
                then judged.renewed_on
            else judged.contracted_end_date
        end as term_end_date,
        judged.term_months,
        judged.notice_days,
        judged.auto_renews,
        judged.cancel_requested_on,
        judged.status,
        judged.renewed_on is not null as is_new_row,
        case
            when judged.status in ('renewed', 'late')
                then coalesce(judged.renewed_on, judged.contracted_end_date)
        end as renewed_on,
        -- The day from which everybody knows how it went, whatever the biller enters
        -- later.
        case
            when judged.status in ('renewed', 'late')
                then coalesce(judged.renewed_on, judged.contracted_end_date)
            when judged.status = 'churned'
                then least({{ open_end('judged.ended_on') }}, case
                        when judged.may_lapse
                            then {{ add_days(
                            'judged.contracted_end_date',
                            whole_number_var('renewal_grace_days')
                        ) | indent(24) }}
                        else judged.contracted_end_date
                    end)
        end as settled_on,
        judged.arr_before,
        case
            when judged.status in ('renewed', 'late')
                then cast(
                        coalesce(judged.arr_renewed_as, judged.arr_after) as decimal(
                            18, 2
                        )
                    )
            when judged.status = 'churned' then cast(0 as decimal(18, 2))
        end as arr_renewed
    from judged
)

select * from final
