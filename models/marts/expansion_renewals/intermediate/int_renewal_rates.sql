-- One row per touch tier (`all` stands for any), health band, lead and day on which
-- somebody asks: the share of ARR kept, where the band has renewal_rate_min_cases, else
-- null, and the rates between which whatever stands in for it stays. A worse band never
-- renews better than a better one: red, yellow and green that say so are added together
-- (pool adjacent violators, in its closed form for three bands: the least of the means
-- upwards, the greatest of the means downwards). Unscored stands apart.
{%- set kept = {'gross_rate': 'kept_arr', 'net_rate': 'net_kept_arr'} %}
{%- set runs = {
    'red': [1, 1],
    'red_yellow': [1, 2],
    'red_green': [1, 3],
    'yellow': [2, 2],
    'yellow_green': [2, 3],
    'green': [3, 3]
} %}
with cases as (
    select * from {{ ref('int_renewal_cases') }}
),

judged as (
    select
        cases.*,
        cases.cases >= {{ whole_number_var('renewal_rate_min_cases', at_least=1) }}
            as has_enough,
        case cases.health_band
            when 'red' then 1
            when 'yellow' then 2
            when 'green' then 3
        end as place
    from cases
),

with_runs as (
    select
        {%- for run, places in runs.items() %}
        {%- for column in ['arr', 'kept_arr', 'net_kept_arr'] %}
        sum(
            case
                when
                    judged.has_enough
                    and judged.place between {{ places[0] }} and {{ places[1] }}
                    then judged.{{ column }}
                else 0
            end
        ) over bands_of_tier as {{ run }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        judged.*
    from judged
    window bands_of_tier as (
        partition by judged.touch_tier, judged.compared_at_days, judged.asked_on
    )
),

means as (
    select
        {%- for rate, column in kept.items() %}
        {{ safe_divide('with_runs.' ~ column, 'with_runs.arr') }} as own_{{ rate }},
        {%- for run in runs %}
        {{ safe_divide(
            'with_runs.' ~ run ~ '_' ~ column, 'with_runs.' ~ run ~ '_arr'
        ) }} as {{ run }}_{{ rate }},
        {%- endfor %}
        {%- endfor %}
        with_runs.*
    from with_runs
),

pooled as (
    select
        {%- for rate in kept %}
        case
            when means.red_arr > 0
                then least(
                        means.red_{{ rate }},
                        means.red_yellow_{{ rate }},
                        means.red_green_{{ rate }}
                    )
        end as red_pooled_{{ rate }},
        case
            when means.yellow_arr > 0
                then greatest(
                        least(means.yellow_{{ rate }}, means.yellow_green_{{ rate }}),
                        least(means.red_yellow_{{ rate }}, means.red_green_{{ rate }})
                    )
        end as yellow_pooled_{{ rate }},
        case
            when means.green_arr > 0
                then greatest(
                        means.green_{{ rate }},
                        means.yellow_green_{{ rate }},
                        means.red_green_{{ rate }}
                    )
        end as green_pooled_{{ rate }},
        {%- endfor %}
        means.*
    from means
),

final as (
    select
        {%- for rate in kept %}
        case pooled.health_band
            when 'red' then pooled.red_pooled_{{ rate }}
            when 'yellow' then pooled.yellow_pooled_{{ rate }}
            when 'green' then pooled.green_pooled_{{ rate }}
            else case when pooled.has_enough then pooled.own_{{ rate }} end
        end as {{ rate }},
        case pooled.health_band
            when 'yellow' then pooled.red_pooled_{{ rate }}
            when 'green'
                then coalesce(
                        pooled.yellow_pooled_{{ rate }}, pooled.red_pooled_{{ rate }}
                    )
        end as lowest_{{ rate }},
        case pooled.health_band
            when 'yellow' then pooled.green_pooled_{{ rate }}
            when 'red'
                then coalesce(
                        pooled.yellow_pooled_{{ rate }}, pooled.green_pooled_{{ rate }}
                    )
        end as highest_{{ rate }},
        {%- endfor %}
        pooled.touch_tier,
        pooled.health_band,
        pooled.compared_at_days,
        pooled.asked_on
    from pooled
)

select * from final
