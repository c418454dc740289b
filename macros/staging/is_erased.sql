{#- Whether an account id is one that was erased. Only hashes of such ids are kept, in var
    `erased_accounts`, so that the list itself names nobody. -#}
{% macro is_erased(account_id) -%}
    {%- for hash in var('erased_accounts') if not modules.re.fullmatch('[0-9a-f]{32}', hash) -%}
        {{ exceptions.raise_compiler_error(
            "var 'erased_accounts' must list MD5 hashes of account ids"
        ) }}
    {%- endfor -%}
    {%- if var('erased_accounts') -%}
        {{ dbt.hash(account_id) }} in ('{{ var('erased_accounts') | join("', '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
