-- The gate, for the slices that an account never leaves. Touch tier and csm are frozen
-- at each opening: an account that moved opens elsewhere than it closed.
with slices as (
    select * from {{ ref('arr_waterfall') }}
    where slice_name in ('all', 'region', 'industry', 'product_family')
),

-- Every part in every month but the first; a part without a row has nothing.
boundaries as (
    select
        slices.slice_name,
        slices.slice_value,
        {{ add_months('slices.month', 1) }} as month
    from slices
    union distinct
    select
        slices.slice_name,
        slices.slice_value,
        slices.month
    from slices
),

final as (
    select
        boundaries.slice_name,
        boundaries.slice_value,
        boundaries.month
    from boundaries
    left join slices as before
        on
            boundaries.slice_name = before.slice_name
            and boundaries.slice_value = before.slice_value
            and boundaries.month = {{ add_months('before.month', 1) }}
    left join slices as after
        on
            boundaries.slice_name = after.slice_name
            and boundaries.slice_value = after.slice_value
            and boundaries.month = after.month
    where
        coalesce(before.closing_arr, 0) <> coalesce(after.opening_arr, 0)
        and boundaries.month <= {{ month_of(as_of()) }}
)

select * from final
