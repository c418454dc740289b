{#- A text with each accented letter as one character (NFC): two spellings of a name that
    nobody can tell apart compare as equal. -#}
{% macro composed(text) -%}
    {{ return(adapter.dispatch('composed', 'bowtie')(text)) }}
{%- endmacro %}

{% macro default__composed(text) -%}
    nfc_normalize({{ text }})
{%- endmacro %}

{% macro postgres__composed(text) -%}
    normalize({{ text }}, NFC)
{%- endmacro %}

{#- Spark has no such function: there the two are different texts, and are refused as
    contradicting each other. -#}
{% macro spark__composed(text) -%}
    {{ text }}
{%- endmacro %}
