-- One row per customer and product family of which it owns nothing while enough of the
-- accounts like it do. Alike: same touch tier and same industry, both as they are now.
-- What it would be worth is what those who own some of the family pay for it on average.
with accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

lines as (
    select * from {{ ref('arr_lines') }}
    where valid_to is null and arr > 0
),

customers as (
    select
        accounts.account_id,
        accounts.touch_tier,
        coalesce(accounts.industry, 'unassigned') as industry
    from accounts
),

owned as (
    select
        customers.touch_tier,
        customers.industry,
        customers.account_id,
        lines.product_family,
        sum(lines.arr) as arr
    from customers
    inner join lines
        on customers.account_id = lines.account_id
    where lines.product_family is not null
    group by
        customers.touch_tier,
        customers.industry,
        customers.account_id,
        lines.product_family
),

groups as (
    select
        customers.touch_tier,
        customers.industry,
        count(*) as customers
    from customers
    group by customers.touch_tier, customers.industry
),

families as (
    select
        owned.touch_tier,
        owned.industry,
        owned.product_family,
        count(*) as owners,
        {{ prorate('sum(owned.arr)', 1, 'count(*)') }} as arr_of_owners
    from owned
    group by owned.touch_tier, owned.industry, owned.product_family
),

-- An account without the family is none of the owners, and no peer of itself.
final as (
    select
        customers.account_id,
        families.product_family,
        cast(groups.customers - 1 as bigint) as peers,
        cast(families.owners as bigint) as peers_who_own,
        {{ safe_divide('families.owners', '(groups.customers - 1)') }} as peer_ownership,
        families.arr_of_owners as potential_arr
    from customers
    inner join groups
        on
            customers.touch_tier = groups.touch_tier
            and customers.industry = groups.industry
    inner join families
        on
            customers.touch_tier = families.touch_tier
            and customers.industry = families.industry
    left join owned
        on
            customers.account_id = owned.account_id
            and families.product_family = owned.product_family
    where
        owned.account_id is null
        and groups.customers - 1 >= {{ whole_number_var('peers_min') }}
        and families.owners * 100
        >= (groups.customers - 1) * {{ whole_number_var('peer_ownership_min_percent') }}
)

select * from final
