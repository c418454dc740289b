{#- Risk, 0 to 1: how far the health score is from 100, and never below what the trigger
    itself stands for (its risk_at_least): risk = max(risk_at_least, 1 - score / 100).
    An unscored account (NULL) has the trigger's. -#}
{% macro intervention_risk(score, risk_at_least) -%}
    {{ return(
        "cast(greatest(" ~ risk_at_least ~ ", coalesce(1 - "
        ~ safe_divide(score, 100) ~ ", 0)) as decimal(12, 6))"
    ) }}
{%- endmacro %}
