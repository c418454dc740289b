-- One row per account with usage: its latest week that is over, whether it is near
-- the limit of what it bought and uses it often (trigger usage_near_limit), what more
-- seats would bring, and the share of the features it bought that nobody there used.
-- Who has no row in the newest week that anybody has did not use it then (DECISIONS
-- H2): no limit is near. Features are not reported every week: of the last five weeks
-- of the calendar the one with most counts.
with seat_weeks as (
    select * from {{ ref('int_seat_weeks') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
    where valid_to is null
),

product_features as (
    select * from {{ ref('product_features') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'usage_near_limit'
),

numbered as (
    select
        seat_weeks.*,
        row_number() over (
            partition by seat_weeks.account_id
            order by seat_weeks.week desc
        ) as weeks_ago
    from seat_weeks
),

newest_week as (
    select max(seat_weeks.week) as week
    from seat_weeks
),

latest_weeks as (
    select
        numbered.*,
        numbered.week = newest_week.week as is_newest_week,
        {{ more_seats('numbered.users', 'numbered.seats') }} as more_seats
    from numbered
    cross join newest_week
    where numbered.weeks_ago = 1
),

features_lately as (
    select
        latest_weeks.account_id,
        max(seat_weeks.features_used) as features_used
    from latest_weeks
    inner join seat_weeks
        on
            latest_weeks.account_id = seat_weeks.account_id
            and {{ add_days('latest_weeks.week', -28) }} <= seat_weeks.week
    group by latest_weeks.account_id
),

account_families as (
    select distinct
        lines.account_id,
        lines.product_family
    from lines
),

features_bought as (
    select
        account_families.account_id,
        sum(product_features.features) as features
    from account_families
    inner join product_features
        on account_families.product_family = product_features.product_family
    group by account_families.account_id
),

final as (
    select
        latest_weeks.account_id,
        latest_weeks.week,
        latest_weeks.seats,
        latest_weeks.seat_utilisation,
        latest_weeks.engagement,
        coalesce(
            latest_weeks.is_newest_week
            and latest_weeks.seat_utilisation >= triggers.threshold
            and latest_weeks.engagement >= triggers.engagement_from, false
        ) as is_near_limit,
        case
            when latest_weeks.is_newest_week and latest_weeks.more_seats > 0
                then {{ prorate(
                    'latest_weeks.seat_arr',
                    'latest_weeks.more_seats',
                    'latest_weeks.seats'
                ) }}
            else 0
        end as seat_potential_arr,
        -- What the product reports beyond what the policy lists is no negative gap.
        case
            when features_lately.features_used > features_bought.features
                then cast(0 as decimal(12, 6))
            else {{ safe_divide(
                '(features_bought.features - features_lately.features_used)',
                'features_bought.features'
            ) | indent(12) }}
        end as adoption_gap
    from latest_weeks
    cross join triggers
    inner join features_lately
        on latest_weeks.account_id = features_lately.account_id
    left join features_bought
        on latest_weeks.account_id = features_bought.account_id
)

select * from final
