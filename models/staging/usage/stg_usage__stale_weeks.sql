-- One row per week of which usage that an earlier build judged has to be judged again:
-- its raw files changed, an account id counts elsewhere than it did, or a day was, or
-- will be, after as_of_date. Null stands for rows without a day. Empty in a full build,
-- which judges everything.
{%- set tables = {
    'base_usage__daily': 'usage_date',
    'base_usage__features_daily': 'usage_date',
    'base_usage__events': 'occurred_on',
} %}
{%- set account_now = meant_value('identities', 'source_account_id', 'account_id') %}
{%- set excluded_now = meant_value('identities', 'source_account_id', 'excluded_for') %}
{{ config(materialized='table') }}

with {{ account_identities() }},

stale as (
    {%- for week in var('changed_usage_weeks') or [] %}
    select {{ 'cast(null as date)' if week is none else date_literal(week) }} as week
    union all
    {%- endfor %}
    {%- if var('changed_usage_weeks') is not none %}
    {%- for table, day in tables.items() %}
    select {{ week_of('judged.' ~ day) }} as week
    {#- Not a ref: these tables are built from this model, and read as they were. #}
    from {{ this.incorporate(path={'identifier': table}) }} as judged
    {{ join_what_id_means('judged.source_account_id', 'identities', 'source_account_id') | indent(4) }}
    where
        coalesce(judged.account_id, '') <> coalesce({{ account_now | indent(8) }}, '')
        or (judged.refused_for = 'test_account' and {{ excluded_now | indent(8) }} is null)
        or (judged.verdict = 'staged' and {{ excluded_now | indent(8) }} is not null)
        or judged.verdict = 'not_yet'
        or judged.{{ day }} > {{ as_of() }}
    union all
    {%- endfor %}
    {%- endif %}
    select cast(null as date) as week
    from identities
    where false
),

final as (
    select distinct week
    from stale
)

select * from final
