-- One row per account that once showed a signal to expand: its latest, and since when a
-- sale has followed it up, as the forecast has it (int_signal_days): one that is open,
-- whatever began it, or one that was begun since, even if the customer refused.
with signals as (
    select * from {{ ref('int_limit_signals') }}
),

deals as (
    select * from {{ ref('int_expansion_deals') }}
),

numbered as (
    select
        signals.*,
        row_number() over (
            partition by signals.account_id
            order by signals.signalled_on desc
        ) as signal_number
    from signals
),

followed_up as (
    select
        numbered.account_id,
        min(deals.created_on) as followed_up_on
    from numbered
    inner join deals
        on numbered.account_id = deals.account_id
    where
        numbered.signal_number = 1
        and (
            numbered.signalled_on <= deals.created_on
            or deals.closed_on is null
        )
    group by numbered.account_id
),

final as (
    select
        numbered.account_id,
        numbered.signalled_on,
        numbered.expires_on,
        numbered.seat_utilisation,
        numbered.engagement,
        numbered.arr,
        numbered.touch_tier,
        numbered.is_prioritised,
        numbered.answered_on,
        numbered.converted_on,
        numbered.converted_arr,
        followed_up.followed_up_on
    from numbered
    left join followed_up
        on numbered.account_id = followed_up.account_id
    where numbered.signal_number = 1
)

select * from final
