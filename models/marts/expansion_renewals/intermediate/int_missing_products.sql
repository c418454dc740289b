-- One row per customer and product family of which it owns nothing while enough of the
-- accounts like it do. Alike: same touch tier and same industry, both as they are now;
-- where those are fewer than peers_min, the same touch tier. What it would be worth is
-- what those who own some of the family pay for it on average.
with accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

lines as (
    select * from {{ ref('arr_lines') }}
    where valid_to is null and arr > 0
),

-- Each customer counts in its industry and in its tier as a whole.
customers as (
    select
        accounts.account_id,
        accounts.touch_tier,
        coalesce(accounts.industry, 'unassigned') as industry
    from accounts
    union all
    select
        accounts.account_id,
        accounts.touch_tier,
        'all' as industry
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

-- An account without a family is none of its owners, and no peer of itself.
alike as (
    select
        customers.touch_tier,
        customers.industry,
        count(*) - 1 as peers
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

peers_of_customers as (
    select
        customers.account_id,
        customers.touch_tier,
        customers.industry,
        alike.peers,
        row_number() over (
            partition by customers.account_id
            order by case when customers.industry = 'all' then 1 else 0 end
        ) as preference
    from customers
    inner join alike
        on
            customers.touch_tier = alike.touch_tier
            and customers.industry = alike.industry
    where alike.peers >= {{ whole_number_var('peers_min') }}
),

final as (
    select
        peers_of_customers.account_id,
        families.product_family,
        cast(peers_of_customers.peers as bigint) as peers,
        cast(families.owners as bigint) as peers_who_own,
        {{ safe_divide('families.owners', 'peers_of_customers.peers') }}
            as peer_ownership,
        families.arr_of_owners as potential_arr
    from peers_of_customers
    inner join families
        on
            peers_of_customers.touch_tier = families.touch_tier
            and peers_of_customers.industry = families.industry
    left join owned
        on
            peers_of_customers.account_id = owned.account_id
            and peers_of_customers.industry = owned.industry
            and families.product_family = owned.product_family
    where
        peers_of_customers.preference = 1
        and owned.account_id is null
        and families.owners * 100
        >= peers_of_customers.peers
        * {{ whole_number_var('peer_ownership_min_percent') }}
)

select * from final
