-- Net retention, the accounts behind it and the causes of its change are one story.
with retention as (
    select
        coalesce(sum(retention.base_accounts), 0) as base_accounts,
        coalesce(sum(retention.base_arr), 0) as base_arr,
        coalesce(sum(retention.current_arr), 0) as current_arr
    from {{ ref('retention') }} as retention
    where
        retention.window_months = 12
        and retention.slice_name = 'all'
        and retention.as_of_month = {{ closed_month() }}
),

accounts as (
    select
        count(*) as base_accounts,
        coalesce(sum(retention_accounts.base_arr), 0) as base_arr,
        coalesce(sum(retention_accounts.current_arr), 0) as current_arr
    from {{ ref('retention_accounts') }} as retention_accounts
),

causes as (
    select coalesce(sum(retention_causes.net_arr), 0) as net_arr
    from {{ ref('retention_causes') }} as retention_causes
),

final as (
    select
        retention.base_arr,
        retention.current_arr,
        causes.net_arr
    from retention
    cross join accounts
    cross join causes
    where
        retention.base_accounts <> accounts.base_accounts
        or retention.base_arr <> accounts.base_arr
        or retention.current_arr <> accounts.current_arr
        or retention.current_arr - retention.base_arr <> causes.net_arr
)

select * from final
