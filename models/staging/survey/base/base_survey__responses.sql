-- One row per raw row of survey_responses, cast and judged.
{{ judged_rows('survey_responses') }}
