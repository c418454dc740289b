{#- Why a raw row cannot be read, as `reason:column`, or NULL: the first column that is
    missing though required, of the wrong kind, outside its set of values, or that
    holds control characters or a date no calendar of business reaches. -#}
{% macro refusal(table, columns) -%}
{%- set appears_at = raw_contract()[table].get('visible_from') -%}
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
    when parsed.{{ column }} >= {{ date_literal('2200-01-01') }}
        {%- if about['type'] == 'date' and not about.get('required') and column != appears_at %}
        {#- An open end; a beginning is never open. #}
        and parsed.{{ column }} <> {{ date_literal('9999-12-31') }}
        {%- endif %}
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
