{#- Whether a text is, as a whole, of the form of a regular expression. Dialects
    differ; the patterns used here keep to what all of them read alike. -#}
{% macro matches_pattern(text, pattern) -%}
    {{ return(adapter.dispatch('matches_pattern', 'bowtie')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches_pattern(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro postgres__matches_pattern(text, pattern) -%}
    {{ text }} ~ '^(?:{{ pattern }})$'
{%- endmacro %}

{#- In Java's expressions, `$` would let a line's end follow. -#}
{% macro spark__matches_pattern(text, pattern) -%}
    {{ text }} rlike '^(?:{{ pattern }})\\z'
{%- endmacro %}
