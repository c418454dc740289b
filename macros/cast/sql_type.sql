{#- The SQL type of each kind of value in the raw contract. Prices keep six decimals
    (a price per unit may be a fraction of a cent), amounts four (some currencies have
    three), and exchange rates twelve (a pound of Lebanon is a hundred-thousandth of a
    dollar), so that nothing is rounded before the ledger rounds it. -#}
{% macro sql_type(kind) -%}
    {%- set types = {
        'id': 'varchar',
        'text': 'varchar',
        'currency': 'varchar',
        'date': 'date',
        'timestamp': 'timestamp',
        'boolean': 'boolean',
        'integer': 'bigint',
        'quantity': 'decimal(18, 4)',
        'price': 'decimal(18, 6)',
        'money': 'decimal(18, 4)',
        'percent': 'decimal(9, 4)',
        'rate': 'decimal(20, 12)',
        'number': 'decimal(18, 4)',
    } -%}
    {{ return(types[kind]) }}
{%- endmacro %}
