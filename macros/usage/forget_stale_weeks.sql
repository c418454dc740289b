{#- Takes out what an incremental build is about to make anew. -#}
{% macro forget_stale_weeks(day) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ in_weeks_to_build(day) }}
    {%- endif -%}
{%- endmacro %}
