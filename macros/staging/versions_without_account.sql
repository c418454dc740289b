{#- The columns of `versions` but account_id, which is about to be resolved. `resolved`:
    SQL by column for other ids that are. -#}
{% macro versions_without_account(entry, resolved={}) -%}
    {%- for column in entry['columns'] if column != 'account_id' -%}
        {%- if column in resolved -%}
        {{ resolved[column] }} as {{ column }},
        {% else -%}
        versions.{{ column }},
        {% endif -%}
        {%- if entry['columns'][column]['type'] == 'timestamp' -%}
        versions.{{ column | replace('_at', '_on') }},
        {% endif -%}
    {%- endfor -%}
        versions.unusable_for,
        versions.copy_number,
        versions.version_rank,
        versions.contenders,
{%- endmacro %}
