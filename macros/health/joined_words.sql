{#- The words of a group's rows in one text, in a stated and total order. -#}
{% macro joined_words(words, order_by, separator='; ') -%}
    {{ return(adapter.dispatch('joined_words', 'bowtie')(words, order_by, separator)) }}
{%- endmacro %}

{% macro default__joined_words(words, order_by, separator) -%}
    string_agg({{ words }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro snowflake__joined_words(words, order_by, separator) -%}
    listagg({{ words }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro spark__joined_words(words, order_by, separator) -%}
    {{ return(snowflake__joined_words(words, order_by, separator)) }}
{%- endmacro %}
