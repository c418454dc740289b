{#- Every row of one raw table, cast, with its verdict:
      staged        counts
      quarantined   refused, for the one reason in refused_for
      deduplicated  another row of the same key stands for it
      not_yet       appears after as_of_date
      erased        of an account that was erased; listed nowhere
    The steps, and what each may refuse, follow the contract's entry for the table;
    DECISIONS R2 and R3 say why. -#}
{% macro judged_rows(table) -%}
{%- set entry = raw_contract(table) -%}
{%- set columns = entry['columns'] -%}
{%- set types = raw_column_types(table) -%}
{%- set is_usage = entry['system'] == 'usage' -%}
{%- set timestamps = [] -%}
{%- set prose = [] -%}
{%- set over_on = [] -%}
{%- for column, about in columns.items() -%}
    {%- if about.get('term') -%}
        {%- do over_on.append(contract_sql(about['term']['over_on'], columns)) -%}
    {%- endif -%}
    {%- if about['type'] == 'timestamp' -%}
        {%- do timestamps.append(column) -%}
    {%- elif about['type'] == 'text' and not about.get('one_of') -%}
        {%- do prose.append(column) -%}
    {%- endif -%}
{%- endfor -%}
{%- set appears_on = on_date(entry.get('visible_from'), columns) -%}
{%- set appears_at = 'parsed.' ~ entry.get('visible_from') -%}
{%- if entry.get('visible_from') in timestamps -%}
    {%- set appears_at = business_date(appears_at) -%}
{%- endif -%}
with landed as (
    {{ raw_rows(table) | indent(4) }}
),

cleaned as (
    select
    {%- for column in columns %}
        {{ clean_raw(
            'landed.' ~ column, columns[column]['type'], types.get(column, 'varchar'),
            may_be_open(column, entry)
        ) | indent(8) }}
            as raw_{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from landed
),

parsed as (
    select
        cleaned.*,
    {%- for column in columns %}
        {{ cast_raw('cleaned.raw_' ~ column, columns[column]['type'], types.get(column, 'varchar')) | indent(8) }}
            as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from cleaned
),

read_rows as (
    select
    {%- for column in columns %}
        {{ read_value(column, columns[column]) }} as {{ column }},
        {%- if column in timestamps %}
        {{ business_date('parsed.' ~ column) }} as {{ column | replace('_at', '_on') }},
        {%- endif %}
    {%- endfor %}
        {{ refusal(table, columns) | indent(8) }} as refused_for
    from parsed
    {%- if is_usage %}
    where {{ in_weeks_to_build(appears_at) }}
    {%- endif %}
),

ruled as (
    select
        read_rows.*,
        coalesce(read_rows.refused_for, {{ broken_rule(entry) | indent(8) }}) as unusable_for
    from read_rows
),

{%- set compared = {} -%}
{%- for column in entry['key'] -%}
    {%- do compared.update({
        column: composed('ruled.' ~ column) if column in prose else 'ruled.' ~ column
    }) -%}
{%- endfor %}

-- Hardly a key comes twice: only rows whose key does are compared with each other.
repeated_keys as (
    select
        {%- for column, value in compared.items() %}
        {{ value }} as {{ column }},
        {%- endfor %}
        true as is_repeated
    from ruled
    group by {{ compared.values() | join(', ') }}
    having count(*) > 1
),

{%- set same_key %}
        {%- for column, value in compared.items() %}
            {{ 'and ' if not loop.first -}}
            {{ value }} is not distinct from repeated_keys.{{ column }}
        {%- endfor %}
{%- endset %}

-- Rows that are equal in every column are one row, whichever way a letter with an accent
-- is composed.
copies as (
    select
        ruled.*,
        row_number() over (
            partition by
                ruled.unusable_for,
                {%- for column in columns %}
                {{ composed('ruled.' ~ column) if column in prose else 'ruled.' ~ column }}
                {{- ',' if not loop.last }}
                {%- endfor %}
            order by ruled.{{ entry['key'] | join(', ruled.') }}
                {%- for column in prose %}, ruled.{{ column }}{% endfor %}
        ) as copy_number
    from ruled
    inner join repeated_keys
        on {{ same_key }}
),

{%- set contest = "case when copies.unusable_for is null and copies.copy_number = 1 then 0 else 1 end" %}

versions as (
    select
        copies.*,
        rank() over (
            partition by {{ contest }}, copies.{{ entry['key'] | join(', copies.') }}
            order by {{ newest_first(entry, columns) }}
        ) as version_rank,
        count(*) over (
            partition by
                {{ contest }}, copies.{{ entry['key'] | join(', copies.') }}
                {{- ', copies.' ~ entry['newest_by'] if entry.get('newest_by') }}
        ) as contenders
    from copies
    union all
    select
        ruled.*,
        1 as copy_number,
        1 as version_rank,
        1 as contenders
    from ruled
    left join repeated_keys
        on {{ same_key }}
    where repeated_keys.is_repeated is null
),

{{ with_account(table, entry) }},

judged as (
    select
        with_account.*,
        {%- if over_on %}
        -- What has ended rolled on to the term in which it did. A column, since terms read
        -- it a dozen times.
        case
            when {{ over_on[0] }} <= {{ as_of() }} then {{ add_days(over_on[0], -1) }}
            else {{ as_of() }}
        end as last_day,
        {%- endif %}
        case
            when with_account.fate = 'erased_account' then null
            when with_account.unusable_for is not null then with_account.unusable_for
            when with_account.copy_number > 1 or with_account.version_rank > 1 then null
            when with_account.contenders > 1 then 'conflicting_rows'
            when {{ appears_on }} > {{ as_of() }} then null
            else nullif(with_account.fate, 'not_yet')
        end as reason,
        case
            when with_account.fate = 'erased_account' then 'erased'
            when with_account.unusable_for is not null then 'quarantined'
            when with_account.copy_number > 1 or with_account.version_rank > 1
                then 'deduplicated'
            when with_account.contenders > 1 then 'quarantined'
            when {{ appears_on }} > {{ as_of() }} then 'not_yet'
            when with_account.fate = 'not_yet' then 'not_yet'
            when with_account.fate is not null then 'quarantined'
            else 'staged'
        end as first_verdict
    from with_account
),

{%- if entry.get('no_overlap') %}
{%- set has_no_day = 'judged.' ~ entry['no_overlap'][0] ~ ' = ' ~ open_end('judged.' ~ entry['no_overlap'][1]) %}
{%- set rivals = 'judged.first_verdict, judged.meant_account_id, ' ~ has_no_day %}

-- Two rows of one account that share a day contradict each other: both are refused,
-- since choosing one would be a guess. A period without a day shares none.
periods as (
    select
        judged.*,
        max({{ open_end('judged.' ~ entry['no_overlap'][1]) }}) over (
            partition by {{ rivals }}
            order by judged.{{ entry['no_overlap'][0] }}, judged.{{ entry['key'] | join(', judged.') }}
            rows between unbounded preceding and 1 preceding
        ) as taken_until,
        min(judged.{{ entry['no_overlap'][0] }}) over (
            partition by {{ rivals }}
            order by judged.{{ entry['no_overlap'][0] }}, judged.{{ entry['key'] | join(', judged.') }}
            rows between 1 following and unbounded following
        ) as taken_from
    from judged
),

final_verdicts as (
    select
        periods.*,
        case
            when periods.first_verdict = 'staged'
                and (
                    periods.taken_until > periods.{{ entry['no_overlap'][0] }}
                    or periods.taken_from < {{ open_end('periods.' ~ entry['no_overlap'][1]) }}
                )
                then true
            else false
        end as overlaps
    from periods
),
{%- else %}

final_verdicts as (
    select
        judged.*,
        false as overlaps
    from judged
),
{%- endif %}

final as (
    select
        {%- if entry.get('account') %}
        final_verdicts.account_id,
        final_verdicts.source_account_id,
        {%- endif %}
        {%- if entry.get('account') in ('biller', 'customer') %}
        final_verdicts.account_found_by,
        {%- endif %}
        {%- for column in columns if not (column == 'account_id' and entry.get('account')) %}
        {{ known_value(column, columns[column], columns) | indent(8) }} as {{ column }},
        {%- if column in timestamps %}
        {{ known_value(column | replace('_at', '_on'), columns[column], columns, column) | indent(8) }}
            as {{ column | replace('_at', '_on') }},
        {%- endif %}
        {%- endfor %}
        case when final_verdicts.overlaps then 'quarantined' else final_verdicts.first_verdict end
            as verdict,
        case when final_verdicts.overlaps then 'overlapping_rows' else final_verdicts.reason end
            as refused_for,
        {%- if is_usage %}
        -- A text for each of millions of rows; it is read where they are refused.
        case
            when final_verdicts.first_verdict = 'quarantined'
                then {{ row_key(entry) | indent(8) }}
        end as row_key
        {%- else %}
        {{ row_key(entry) }} as row_key
        {%- endif %}
    from final_verdicts
)

select * from final
{%- endmacro %}
