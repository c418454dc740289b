-- One row per account with usage: its latest week that is over, whether it was near
-- the limit of what it bought and used it often (trigger usage_near_limit), and the
-- share of the features it bought that nobody there used. Features are not
-- reported every week: of the last five weeks of the calendar the one with most
-- counts.
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

latest_weeks as (
    select * from numbered
    where weeks_ago = 1
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
            latest_weeks.seat_utilisation >= triggers.threshold
            and latest_weeks.engagement >= triggers.engagement_from, false
        ) as is_near_limit,
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
