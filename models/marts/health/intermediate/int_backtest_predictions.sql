-- One row per customer, observation day and predictor. loss_rank and gain_rank are its
-- value turned so that more of it announces a loss or a gain (null: nothing is known);
-- bin is what it is counted with for a probability (-1: unknown). A view: the rows are
-- many.
{{ config(materialized='view') }}

with features as (
    select * from {{ ref('int_backtest_features') }}
),

final as (
    {%- for predictor, reading in backtest_predictors().items() %}
    {%- set value = 'cast(' ~ reading.value ~ ' as bigint)' %}
    select
        features.account_id,
        features.observed_on,
        '{{ predictor }}' as predictor,
        {{ value }} * {{ reading.loss }} as loss_rank,
        {{ value }} * {{ reading.gain }} as gain_rank,
        -- Engines differ in what least() makes of a null.
        case
            when {{ value }} is null then -1
            else least(
                    {{ value }} - mod({{ value }}, {{ reading.width }}),
                    {{ reading.most }}
                )
        end as bin
    from features
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
