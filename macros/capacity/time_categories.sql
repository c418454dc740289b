{#- The categories into which a CSM's time is divided: those of the seed documents' week,
    renewals, and what nobody said the purpose of. `qbr` holds documentation and internal
    coordination too, as that week counts them. -#}
{% macro time_categories() -%}
    {{ return([
        'rescue', 'enablement', 'expansion', 'onboarding', 'qbr', 'renewal', 'other'
    ]) }}
{%- endmacro %}
