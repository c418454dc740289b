{#- Why the account of a judged row is no customer here, or NULL. Of two reasons min()
    keeps the erasure. -#}
{% macro excluded_for(row) -%}
    case
        when {{ row }}.verdict = 'erased' then 'erased_account'
        when {{ row }}.refused_for = 'test_account' then 'test_account'
    end
{%- endmacro %}
