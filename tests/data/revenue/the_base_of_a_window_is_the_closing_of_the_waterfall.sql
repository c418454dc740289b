-- Two models agree: a window's base is the company's closing ARR and accounts then.
with final as (
    select
        retention.as_of_month,
        retention.window_months
    from {{ ref('retention') }} as retention
    left join {{ ref('arr_waterfall') }} as arr_waterfall
        on
            arr_waterfall.slice_name = 'all'
            and retention.as_of_month
            = case retention.window_months
                {%- for window in retention_windows() %}
                when {{ window }} then {{ add_months('arr_waterfall.month', window) }}
                {%- endfor %}
            end
    where
        retention.slice_name = 'all'
        and (
            retention.base_arr <> coalesce(arr_waterfall.closing_arr, 0)
            or retention.base_accounts <> coalesce(arr_waterfall.closing_accounts, 0)
        )
)

select * from final
