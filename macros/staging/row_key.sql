{#- A row's key as one text, for lists of refused rows: the ids as they were sent, so that
    the row can be found again, without those of a person. Cut, so that a broken row
    cannot fill a list. -#}
{% macro row_key(entry) -%}
    {%- set parts = [] -%}
    {%- for column in entry['key'] if not entry['columns'][column].get('personal') -%}
        {%- do parts.append(
            'source_account_id' if column == 'account_id' and entry.get('account') else column
        ) -%}
    {%- endfor -%}
    substr(
            {%- for part in parts %}
            coalesce(cast(final_verdicts.{{ part }} as {{ dbt.type_string() }}), '')
            {%- if not loop.last %} || '|' ||{% endif %}
            {%- endfor %},
            1, 200
        )
{%- endmacro %}
