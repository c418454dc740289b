{#- Takes out of a model the weeks that an incremental build is about to score anew, and
    those before its first week. -#}
{% macro forget_stale_scores(first_week='cast(null as date)') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where
            week < {{ first_week }}
            or {{ has_stale_score(this.identifier) }}
    {%- endif -%}
{%- endmacro %}
