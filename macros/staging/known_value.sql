{#- What was known of a column on as_of_date (DECISIONS R2). `date_of` names the column
    whose entry `about` is, when `column` is the business date beside it. -#}
{% macro known_value(column, about, columns, date_of=none) -%}
    {%- if about.get('as_known') -%}
        {{ contract_sql(about['as_known'], columns) }}
    {%- elif about.get('term') -%}
        {%- set term = about['term'] -%}
        {%- set terms_after = 1 if column == term['to'] else 0 -%}
        {%- set last_day = 'final_verdicts.last_day' -%}
        case
            when {{ term['from'] }} > {{ as_of() }} and {{ term['from'] }} > {{ term['first_from'] }}
                then {{ earlier_term_start(
                    as_of(), term['from'], term['to'], terms_after
                ) | indent(16) }}
            when {{ term['renews'] }}
                and {{ term['to'] }} <= {{ last_day }}
                and {{ term_months(term['from'], term['to']) | indent(16) }} > 0
                then {{ later_term(
                    last_day, term['first_from'], term['from'], term['to'], terms_after
                ) | indent(16) }}
            else final_verdicts.{{ column }}
        end
    {%- elif about.get('later') == 'unknown' -%}
        {%- set day = on_date(date_of or column, columns, 'final_verdicts') -%}
        {%- set value = 'final_verdicts.' ~ column -%}
        {%- if about.get('means') -%}
            {%- set day = contract_sql(about['means'], columns) -%}
            {%- set value = day -%}
        {%- endif -%}
        case
            when {{ day }} <= {{ as_of() }}
                then {{ value }}
        end
    {%- elif about.get('known_at') -%}
        case
            when {{ on_date(about['known_at'], columns, 'final_verdicts') }} > {{ as_of() }}
                then null
            else final_verdicts.{{ column }}
        end
    {%- else -%}
        final_verdicts.{{ column }}
    {%- endif -%}
{%- endmacro %}
