-- One row per raw table and column of the raw contract with which it was delivered.
-- Read off the delivery while the SQL is written: nothing else knows of absent columns.
with delivered as (
    {% for table, entry in raw_contract().items() %}
    {%- set delivered_columns = raw_column_types(table) %}
    {%- for column in entry['columns'] if column in delivered_columns %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as column_name
),

final as (
    select
        delivered.table_name,
        delivered.column_name
    from delivered
    where delivered.table_name is not null
)

select * from final
