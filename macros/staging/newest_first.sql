{#- The order in which versions of one key stand: the newest that was known on
    as_of_date; if all are later, the one nearest to it. -#}
{% macro newest_first(entry, columns) -%}
    {%- set newest_by = entry.get('newest_by') -%}
    {%- if not newest_by -%}
        copies.{{ entry['key'][0] }}
    {%- else -%}
        {%- set known = on_date(newest_by, columns, 'copies') ~ ' <= ' ~ as_of() -%}
        case when copies.{{ newest_by }} is null then 2 when {{ known }} then 0 else 1 end,
                case when {{ known }} then copies.{{ newest_by }} end desc nulls last,
                copies.{{ newest_by }} asc nulls last
    {%- endif -%}
{%- endmacro %}
