-- One row per account with usage: its latest week that is over, and the share of the
-- features it bought that nobody there used. Features are not reported every week: what
-- was used in one of the last five counts.
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

recent_weeks as (
    select
        seat_weeks.*,
        max(seat_weeks.features_used) over (
            partition by seat_weeks.account_id
            order by seat_weeks.week
            rows between 4 preceding and current row
        ) as features_used_lately,
        row_number() over (
            partition by seat_weeks.account_id
            order by seat_weeks.week desc
        ) as weeks_ago
    from seat_weeks
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
        recent_weeks.account_id,
        recent_weeks.week,
        recent_weeks.seats,
        recent_weeks.seat_utilisation,
        recent_weeks.engagement,
        -- What the product reports beyond what the policy lists is no negative gap.
        case
            when recent_weeks.features_used_lately > features_bought.features
                then cast(0 as decimal(12, 6))
            else {{ safe_divide(
                '(features_bought.features - recent_weeks.features_used_lately)',
                'features_bought.features'
            ) | indent(12) }}
        end as adoption_gap
    from recent_weeks
    left join features_bought
        on recent_weeks.account_id = features_bought.account_id
    where recent_weeks.weeks_ago = 1
)

select * from final
