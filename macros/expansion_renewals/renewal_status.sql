{#- What became of a term that ends (DECISIONS A1 and E2). The first true branch wins:
    paper that names the subscription says most, then its own end, then the calendar.
    `may_lapse`: nothing renews it by itself and the biller shows no later term. -#}
{% macro renewal_status(term) -%}
    case
        when {{ term }}.renewed_on <= {{ term }}.contracted_end_date then 'renewed'
        when {{ term }}.renewed_on is not null then 'late'
        when {{ term }}.ended_on <= {{ term }}.contracted_end_date then 'churned'
        when {{ term }}.contracted_end_date > {{ as_of() }} then 'upcoming'
        when
            {{ term }}.may_lapse
            and {{ term }}.ended_on is null
            and {{ add_days(
                term ~ '.contracted_end_date', whole_number_var('renewal_grace_days')
            ) }} > {{ as_of() }}
            then 'in_grace'
        when {{ term }}.may_lapse or {{ term }}.arr_after = 0 then 'churned'
        else 'renewed'
    end
{%- endmacro %}
