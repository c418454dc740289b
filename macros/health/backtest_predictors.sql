{#- The health score, and the guesses that it has to beat. Of each: `value`, a whole number
    (null where nothing is known); `loss` and `gain`, whether a high (1) or a low (-1) value
    is taken to announce that; `width` and `most`, how values are put into bins whose past
    gives a probability. -#}
{% macro backtest_predictors() -%}
    {{ return({
        'health_score': {
            'value': 'cast(features.score * 100 as bigint)',
            'loss': -1, 'gain': 1, 'width': 1000, 'most': 9000,
        },
        'calendar': {
            'value': days_between('features.observed_on', 'features.first_free_on'),
            'loss': -1, 'gain': -1, 'width': 30, 'most': 360,
        },
        'tenure': {
            'value': days_between('features.first_arr_on', 'features.observed_on'),
            'loss': -1, 'gain': -1, 'width': 180, 'most': 1440,
        },
        'last_login': {
            'value': days_between('features.last_used_on', 'features.observed_on'),
            'loss': 1, 'gain': -1, 'width': 7, 'most': 56,
        },
        'csm_sentiment': {
            'value': 'features.csm_sentiment',
            'loss': -1, 'gain': 1, 'width': 50, 'most': 100,
        },
    }) }}
{%- endmacro %}
