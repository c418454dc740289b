-- One row per refused raw row: its key and why. No other value of the row is kept, so
-- that a wrong row cannot carry personal data here. Rows of test accounts are listed
-- too, under the reason test_account.
with refused as (
    {% for table in raw_contract() %}
    select
        '{{ table }}' as table_name,
        base.row_key,
        base.refused_for
    from {{ ref(base_name(table)) }} as base
    where base.verdict = 'quarantined'
    union all
    {% endfor %}
    select
        refusals.table_name,
        refusals.file_name || ':' || refusals.line_number as row_key,
        refusals.reason as refused_for
    from {{ ref('stg_landing__refusals') }} as refusals
),

final as (
    select
        refused.table_name,
        refused.row_key,
        {{ dbt.split_part('refused.refused_for', "':'", 1) }} as reason,
        nullif({{ dbt.split_part('refused.refused_for', "':'", 2) }}, '')
            as column_name,
        cast(row_number() over (
            partition by refused.table_name, refused.row_key, refused.refused_for
            order by refused.row_key
        ) as integer) as occurrence
    from refused
)

select * from final
