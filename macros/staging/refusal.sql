{#- Why a raw row cannot be read, as `reason:column`, or NULL: the first column that is
    missing though required, of the wrong kind, outside its set of values, or that
    holds control characters or a date no calendar of business reaches. -#}
{% macro refusal(table, columns) -%}
{%- set entry = raw_contract(table) -%}
{%- set announced = var('announced_values') or {} -%}
case
{%- for column in columns %}
    {%- set about = columns[column] %}
    {%- if about.get('required') %}
    when parsed.raw_{{ column }} is null then 'missing:{{ column }}'
    {%- endif %}
    {%- if about['type'] in ('id', 'text') %}
    when {{ has_control_characters('parsed.' ~ column) }} then 'control_characters:{{ column }}'
    {%- else %}
    when parsed.raw_{{ column }} is not null and parsed.{{ column }} is null
        then 'not_a_{{ about['type'] }}:{{ column }}'
    {%- endif %}
    {%- if about['type'] in ('date', 'timestamp') %}
    when parsed.{{ column }} < {{ date_literal('1970-01-01') }}
        then 'date_out_of_range:{{ column }}'
    {#- What happened is at most nine years ahead, which a rebuild of a past day may see;
        a clock that is ten years ahead is wrong. A plan may lie further. #}
    when parsed.{{ column }} >= {{ add_days(as_of(), 9 * 365)
        if column in (entry.get('visible_from'), 'created_at')
        else date_literal('2200-01-01') }}
        then 'date_out_of_range:{{ column }}'
    {%- endif %}
    {%- if about.get('one_of') %}
    {%- set words = about['one_of'] + announced.get(table ~ '.' ~ column, []) %}
    when lower(parsed.{{ column }}) not in (
        {%- for word in words -%}
        '{{ word | lower | replace("'", "''") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
    ) then 'unknown_value:{{ column }}'
    {%- endif %}
{%- endfor %}
end
{%- endmacro %}
