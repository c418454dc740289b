-- One row per account and month with a term that runs at its close: when the nearest
-- one ends. A term that has passed counts only while its grace runs; what rolls on by
-- the month has none.
with months as (
    select * from {{ ref('int_capacity_months') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
    where arr > 0
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
    where
        current_term_end is not null
        and {{ is_renewal_term('current_term_start', 'current_term_end') | indent(8) }}
),

-- A line lasts for many months: what its subscription's term is, once a month.
terms as (
    select
        lines.account_id,
        months.month,
        months.closes_on,
        lines.in_grace,
        {{ next_term_end(
            'months.closes_on', 'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }} as term_end_date
    from lines
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    inner join months
        on
            lines.valid_from <= months.closes_on
            and {{ open_end('lines.valid_to') }} > months.closes_on
),

final as (
    select
        terms.account_id,
        terms.month,
        min(terms.term_end_date) as term_end_date
    from terms
    where terms.term_end_date >= terms.closes_on or terms.in_grace
    group by terms.account_id, terms.month
)

select * from final
