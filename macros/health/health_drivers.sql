{#- The drivers that the models measure, in the order in which they are shown, each with
    the column that holds the day its value was last known; none: it is known every week.
    What a driver weighs is the seed's to say: a driver is a row of health_drivers, a
    column of int_health_facts, and a line here. -#}
{% macro health_drivers() -%}
    {{ return({
        'seat_utilisation': 'usage_known_on',
        'active_user_trend': 'usage_known_on',
        'usage_frequency': 'usage_known_on',
        'stickiness': 'usage_known_on',
        'feature_breadth': none,
        'feature_depth': none,
        'open_tickets': none,
        'escalated_tickets': none,
        'critical_tickets': none,
        'resolution_hours': 'last_solved_on',
        'satisfaction': 'last_rated_on',
        'touch_recency': none,
        'qbr_recency': none,
        'meetings_attended': none,
        'champion_present': none,
        'executive_present': none,
        'known_contacts': none,
        'plan_progress': none,
        'time_to_first_value': none,
        'nps': 'last_surveyed_on',
        'csm_sentiment': 'last_judged_on',
        'overdue_invoices': none,
    }) }}
{%- endmacro %}
