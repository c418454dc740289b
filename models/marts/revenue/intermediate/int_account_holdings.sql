-- One row per account x owner period, with the day since which its CSM has held the
-- account without a break (periods that touch are one holding) and the day since which
-- it has had some owner without a break.
with owners as (
    select * from {{ ref('account_owners') }}
),

with_previous as (
    select
        owners.*,
        coalesce(lag(owners.valid_to) over account_history = owners.valid_from, false)
            as had_owner_before,
        lag(owners.csm_id) over account_history as previous_csm_id
    from owners
    window account_history as (
        partition by owners.account_id
        order by owners.valid_from
    )
),

final as (
    select
        with_previous.account_id,
        with_previous.csm_id,
        with_previous.valid_from,
        with_previous.valid_to,
        max(case
            when not (
                    with_previous.had_owner_before
                    and with_previous.previous_csm_id = with_previous.csm_id
                )
                then with_previous.valid_from
        end) over account_history as held_since,
        max(
            case
                when not with_previous.had_owner_before then with_previous.valid_from
            end
        )
            over account_history as managed_since
    from with_previous
    window account_history as (
        partition by with_previous.account_id
        order by with_previous.valid_from
        rows between unbounded preceding and current row
    )
)

select * from final
