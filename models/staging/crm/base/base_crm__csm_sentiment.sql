-- One row per raw row of crm_csm_sentiment, cast and judged.
{{ judged_rows('crm_csm_sentiment') }}
