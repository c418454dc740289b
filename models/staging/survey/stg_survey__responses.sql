-- One row per survey response.
with judged as (
    select * from {{ ref('base_survey__responses') }}
),

final as (
    select
        judged.response_id,
        judged.account_id,
        judged.source_account_id,
        judged.contact_id,
        judged.survey_type,
        judged.score,
        judged.responded_at,
        judged.responded_on,
        judged.comment
    from judged
    where judged.verdict = 'staged'
)

select * from final
