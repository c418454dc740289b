{#- The columns of `versions` but account_id, which is about to be resolved. -#}
{% macro versions_without_account(entry) -%}
    {%- for column in entry['columns'] if column != 'account_id' -%}
        versions.{{ column }},
        {% if entry['columns'][column]['type'] == 'timestamp' -%}
        versions.{{ column | replace('_at', '_on') }},
        {% endif -%}
    {%- endfor -%}
        versions.unusable_for,
        versions.copy_number,
        versions.version_rank,
        versions.contenders,
{%- endmacro %}
