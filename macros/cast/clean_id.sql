{#- An id as it is compared: without white space around it, no-break spaces included, and
    without characters of no width, wherever they are. Case and leading zeros survive.
    Hardly any id has more bytes than characters, so that few are looked at closely. -#}
{% macro clean_id(text) -%}
    {{ return(adapter.dispatch('clean_id', 'bowtie')(text)) }}
{%- endmacro %}

{% macro default__clean_id(text) -%}
    trim(
        case
            when strlen({{ text }}) = length({{ text }}) then {{ text }}
            else regexp_replace(
                {{ text }}, '[\x{200B}-\x{200F}\x{2060}\x{FEFF}\x{AD}]|^\p{Zs}+|\p{Zs}+$', '', 'g'
            )
        end,
        ' ' || chr(9) || chr(10) || chr(13)
    )
{%- endmacro %}

{% macro postgres__clean_id(text) -%}
    trim(
        regexp_replace({{ text }}, '[\u200B-\u200F\u2060\uFEFF\u00AD\u00A0]', '', 'g'),
        ' ' || chr(9) || chr(10) || chr(13)
    )
{%- endmacro %}

{% macro spark__clean_id(text) -%}
    trim(
        ' \t\n\r' from regexp_replace(
            {{ text }},
            '[\\u200B-\\u200F\\u2060\\uFEFF\\u00AD]|^\\p{Zs}+|\\p{Zs}+\\z', ''
        )
    )
{%- endmacro %}
