{#- Whether each sale is over, when and how it ended (DECISIONS E5). The CRM's own word
    counts; where it is silent, the last stage does. Without a stage history nobody knows
    on which day that was entered, and a sale may be over without a day. Of stages that
    were entered at one time an end is the last. -#}
{% macro sale_ends(opportunities, entries, stage_policies) -%}
    select
        sales.opportunity_id,
        coalesce(sales.closed_on is not null or stages.is_closed, false) as is_over,
        case
            when sales.closed_on is not null
                then greatest(sales.closed_on, sales.created_on)
            when stages.is_closed and last_entries.entered_on is not null
                then greatest(last_entries.entered_on, sales.created_on)
        end as closed_on,
        case
            when sales.closed_on is not null
                then coalesce(sales.is_won, stages.is_won, false)
            when stages.is_closed then stages.is_won
        end as is_won
    from {{ opportunities }} as sales
    left join (
        select
            ranked_entries.opportunity_id,
            ranked_entries.stage,
            ranked_entries.entered_on
        from (
            select
                entries.opportunity_id,
                lower(entries.stage) as stage,
                entries.entered_on,
                row_number() over (
                    partition by entries.opportunity_id
                    order by
                        entries.entered_at desc,
                        case when entered_stages.is_closed then 1 else 0 end desc,
                        lower(entries.stage) desc
                ) as place_from_last
            from {{ entries }} as entries
            left join {{ stage_policies }} as entered_stages
                on lower(entries.stage) = entered_stages.stage
        ) as ranked_entries
        where ranked_entries.place_from_last = 1
    ) as last_entries
        on sales.opportunity_id = last_entries.opportunity_id
    left join {{ stage_policies }} as stages
        on coalesce(last_entries.stage, lower(sales.stage)) = stages.stage
{%- endmacro %}
