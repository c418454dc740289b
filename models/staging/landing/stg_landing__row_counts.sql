-- One row per raw table: how many rows arrived, and what became of them.
-- Counted at the source, apart from the verdicts, so that the two can disagree.
with arrived as (
    {% for table in raw_contract() %}
    select
        '{{ table }}' as table_name,
        count(*) as rows_in
    from ({{ raw_rows(table) | indent(4) }}) as landed
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

judged as (
    {% for table in raw_contract() %}
    select
        '{{ table }}' as table_name,
        sum(case when base.verdict = 'staged' then 1 else 0 end) as staged,
        sum(case when base.verdict = 'quarantined' then 1 else 0 end) as quarantined,
        sum(case when base.verdict = 'deduplicated' then 1 else 0 end) as deduplicated,
        sum(case when base.verdict = 'not_yet' then 1 else 0 end) as not_yet,
        sum(case when base.verdict = 'erased' then 1 else 0 end) as erased
    from {{ ref(base_name(table)) }} as base
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        arrived.table_name,
        arrived.rows_in,
        coalesce(judged.staged, 0) as staged,
        coalesce(judged.quarantined, 0) as quarantined,
        coalesce(judged.deduplicated, 0) as deduplicated,
        coalesce(judged.not_yet, 0) as not_yet,
        coalesce(judged.erased, 0) as erased
    from arrived
    inner join judged
        on arrived.table_name = judged.table_name
)

select * from final
