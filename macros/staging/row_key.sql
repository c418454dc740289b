{#- A row's key as one text, for lists of refused rows. Ids only; cut, so that a broken
    row cannot fill a list. -#}
{% macro row_key(key_columns) -%}
    substr(
            {%- for column in key_columns %}
            coalesce(cast(final_verdicts.{{ column }} as varchar), '')
            {%- if not loop.last %} || '|' ||{% endif %}
            {%- endfor %},
            1, 200
        )
{%- endmacro %}
