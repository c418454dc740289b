{#- The raw contract: every raw table, its columns and what they hold. SQL reads
    it here while dbt parses; Python reads the same text (bowtie/contract.py).

    A table
      system        the source system; seeds and staging are foldered by it
      name          the staging name: stg_<system>__<name>
      required      without it there is nothing to build
      key           what makes a row; repeated keys are resolved by DECISIONS R3
      newest_by     of two versions of a key, the one that is newer here wins
      visible_from  the date on which a row appears; later than as_of_date: not yet
      account       how the row finds its account: `id` (its account_id), `customer`
                    (account_id, else its domain), `biller` (account_id, else what it
                    bills, else billing_customer_id), or {column, table}: it belongs
                    to a row of another table and shares that row's fate
      no_overlap    [from, to]: two rows of one account may not share a day
      usual_order   lists of columns that grow from left to right in nearly every row; a
                    file in which nearly every row reverses two has a wrong header
      own_values    names: most rows have one that no other row has
      rules         reason: condition under which a row is refused; a window in it sees
                    all rows of the table

    A column
      type      id, text, currency, date, timestamp, boolean, integer, quantity, price,
                money, percent, rate, number
      required  refused when empty
      default   used when empty
      one_of    the values there are, in lower case; matched in any case
      over      of a status: those that say that it is over
      later     unknown: a date after as_of_date is not yet known and read as empty
      known_at  the column whose date says from when this value is known; where that
                is empty the value counts, since some sources send no such date
      means     SQL of the date that counts where it is not the column alone; with `later`
      as_known  SQL that says what was known on as_of_date
      term      {from, to, first_from, renews, over_on}: of a term that begins after
                as_of_date, the one is read that ran that day, as long as it; none began
                before `first_from`. One that is over rolls on where it `renews`, until
                `over_on`
      personal  holds personal data

    In the SQL of an entry {as_of} is the as-of date, and {over} the values that its
    column `status` lists as over.
-#}
{% macro raw_contract_text() -%}
crm_accounts:
  system: crm
  name: accounts
  required: true
  key: [account_id]
  newest_by: updated_at
  own_values: [account_name, domain]
  rules:
    negative_employee_count: employee_count < 0
  columns:
    account_id: {type: id, required: true}
    account_name: {type: text, required: true}
    parent_account_id: {type: id}
    merged_into_account_id: {type: id}
    domain: {type: text}
    industry: {type: text}
    region: {type: text}
    country: {type: text}
    employee_count: {type: integer}
    created_at: {type: timestamp, required: true}
    is_test: {type: boolean, default: "false"}
    updated_at: {type: timestamp}

crm_csms:
  system: crm
  name: csms
  key: [csm_id]
  own_values: [csm_name, email]
  rules:
    ends_before_start: ended_on < started_on
    negative_hours: weekly_hours < 0 or weekly_hours > 168
  columns:
    csm_id: {type: id, required: true}
    csm_name: {type: text, required: true, personal: true}
    email: {type: text, personal: true}
    team: {type: text}
    touch_model: {type: text, one_of: [high, mid, low, tech]}
    weekly_hours: {type: number}
    started_on: {type: date}
    ended_on: {type: date, later: unknown}

crm_account_owners:
  system: crm
  name: account_owners
  key: [account_id, csm_id, valid_from]
  visible_from: valid_from
  account: id
  no_overlap: [valid_from, valid_to]
  rules:
    ends_before_start: valid_to < valid_from
  columns:
    account_id: {type: id, required: true}
    csm_id: {type: id, required: true}
    valid_from: {type: date, required: true}
    valid_to: {type: date, later: unknown}

crm_contacts:
  system: crm
  name: contacts
  key: [contact_id]
  visible_from: created_at
  account: id
  own_values: [contact_name, email]
  rules:
    left_before_created: left_at < created_at
  columns:
    contact_id: {type: id, required: true}
    account_id: {type: id, required: true}
    contact_name: {type: text, personal: true}
    email: {type: text, personal: true}
    title: {type: text, personal: true}
    persona: {type: text, one_of: [champion, executive_sponsor, admin, end_user]}
    created_at: {type: timestamp}
    left_at: {type: timestamp, later: unknown}

crm_activities:
  system: crm
  name: activities
  key: [activity_id]
  visible_from: occurred_at
  account: id
  rules:
    negative_duration: duration_minutes < 0
  columns:
    activity_id: {type: id, required: true}
    account_id: {type: id, required: true}
    csm_id: {type: id}
    contact_id: {type: id}
    activity_type: {type: text, required: true, one_of: [kickoff, call, email, meeting, onsite, training, qbr, ebr, renewal_review, webinar, automated_email, in_app_message, internal]}
    purpose: {type: text, one_of: [onboarding, enablement, rescue, expansion, qbr, renewal, internal]}
    occurred_at: {type: timestamp, required: true}
    duration_minutes: {type: number}
    status: {type: text, one_of: [completed, no_show, cancelled, delivered, bounced]}

crm_csm_sentiment:
  system: crm
  name: csm_sentiment
  key: [account_id, csm_id, recorded_at]
  visible_from: recorded_at
  account: id
  columns:
    account_id: {type: id, required: true}
    csm_id: {type: id}
    recorded_at: {type: timestamp, required: true}
    sentiment: {type: text, required: true, one_of: [green, yellow, red]}
    note: {type: text, personal: true}

crm_success_plans:
  system: crm
  name: success_plans
  key: [success_plan_id]
  visible_from: created_at
  account: id
  rules:
    completed_before_created: completed_at < created_at
  columns:
    success_plan_id: {type: id, required: true}
    account_id: {type: id, required: true}
    objective: {type: text, required: true}
    status: {type: text, one_of: [draft, active, achieved, missed, cancelled]}
    metric_name: {type: text}
    baseline_value: {type: number}
    target_value: {type: number}
    current_value: {type: number}
    created_at: {type: timestamp, required: true}
    target_date: {type: date}
    completed_at: {type: timestamp, later: unknown}

crm_success_plan_milestones:
  system: crm
  name: success_plan_milestones
  key: [milestone_id]
  account: {column: success_plan_id, table: crm_success_plans}
  columns:
    milestone_id: {type: id, required: true}
    success_plan_id: {type: id, required: true}
    milestone_name: {type: text, required: true}
    due_date: {type: date}
    completed_at: {type: timestamp, later: unknown}

crm_opportunities:
  system: crm
  name: opportunities
  key: [opportunity_id]
  visible_from: created_at
  account: id
  usual_order:
    - [created_at, expected_close_date]
  rules:
    closed_before_created: closed_at < created_at
    negative_amount: amount < 0
  columns:
    opportunity_id: {type: id, required: true}
    account_id: {type: id, required: true}
    opportunity_type: {type: text, required: true, one_of: [new_business, expansion, renewal]}
    expansion_type: {type: text, one_of: [seats, product, tier, service, price]}
    product_id: {type: id}
    subscription_id: {type: id}
    stage: {type: text, required: true}
    amount: {type: money, required: true}
    currency: {type: currency}
    source: {type: text, one_of: [csm, sales, marketing, product]}
    created_at: {type: timestamp, required: true}
    expected_close_date: {type: date}
    closed_at: {type: timestamp, later: unknown}
    is_won: {type: boolean, known_at: closed_at}

crm_opportunity_stages:
  system: crm
  name: opportunity_stages
  key: [opportunity_id, stage, entered_at]
  visible_from: entered_at
  account: {column: opportunity_id, table: crm_opportunities}
  rules:
    negative_amount: amount < 0
  columns:
    opportunity_id: {type: id, required: true}
    stage: {type: text, required: true}
    entered_at: {type: timestamp, required: true}
    amount: {type: money}

crm_advocacy:
  system: crm
  name: advocacy
  key: [advocacy_id]
  visible_from: occurred_on
  account: id
  columns:
    advocacy_id: {type: id, required: true}
    account_id: {type: id, required: true}
    advocacy_type: {type: text, required: true, one_of: [reference, case_study, review, speaking]}
    occurred_on: {type: date, required: true}

billing_products:
  system: billing
  name: products
  key: [product_id]
  columns:
    product_id: {type: id, required: true}
    product_name: {type: text, required: true}
    product_family: {type: text}
    tier_rank: {type: integer}
    unit: {type: text, one_of: [seat, flat, usage]}
    is_self_service: {type: boolean, default: "false"}

billing_customers:
  system: billing
  name: customers
  key: [billing_customer_id]
  account: customer
  columns:
    billing_customer_id: {type: id, required: true}
    account_id: {type: id}
    email_domain: {type: text}
    currency: {type: currency}

billing_subscriptions:
  system: billing
  name: subscriptions
  required: true
  key: [subscription_id]
  newest_by: updated_at
  visible_from: started_on
  account: biller
  usual_order:
    - [started_on, current_term_start]
  rules:
    ends_before_start: ended_on < started_on
    term_ends_before_start: current_term_end < current_term_start
    term_ends_before_subscription: current_term_end < started_on
    ended_without_end: >-
      status in ({over})
      and ended_on is null and started_on <= {as_of}
      and coalesce(current_term_end, cast('9999-12-31' as date)) > coalesce(
          cast(max(updated_at) over () as date),
          greatest({as_of}, max(greatest(
              started_on,
              coalesce(current_term_start, started_on),
              coalesce(cast(cancel_requested_at as date), started_on),
              case when status in ({over}) then coalesce(ended_on, started_on) else started_on end
          )) over ())
      )
    no_end_or_renewal: status = 'active' and ended_on is null and current_term_end is null and not coalesce(auto_renews, false) and max(current_term_end) over () is not null
    no_account: account_id is null and billing_customer_id is null
  columns:
    subscription_id: {type: id, required: true}
    account_id: {type: id}
    billing_customer_id: {type: id}
    started_on: {type: date, required: true}
    ended_on:
      type: date
      later: unknown
      means: &ended >-
        case
          when ended_on is null and coalesce(auto_renews, true)
            and status in ({over})
            then current_term_end
          else ended_on
        end
    cancel_requested_at: {type: timestamp, later: unknown}
    trial_ends_on: {type: date}
    current_term_start: {type: date, term: &term {from: current_term_start, to: current_term_end, first_from: "greatest(started_on, coalesce(trial_ends_on, started_on))", renews: "coalesce(auto_renews, true)", over_on: *ended}}
    current_term_end: {type: date, term: *term}
    auto_renews: {type: boolean}
    notice_days: {type: integer}
    status: {type: text, one_of: [trialing, active, paused, past_due, unpaid, pending, cancelled, canceled, ended, expired, churned], over: [cancelled, canceled, churned, ended, expired]}
    churn_reason: {type: text, known_at: ended_on}
    renewed_from_subscription_id: {type: id}
    updated_at: {type: timestamp}

billing_subscription_items:
  system: billing
  name: subscription_items
  required: true
  key: [subscription_item_id]
  visible_from: valid_from
  account: {column: subscription_id, table: billing_subscriptions}
  rules:
    ends_before_start: valid_to < valid_from
    negative_quantity: quantity < 0
    negative_price: unit_price < 0
    discount_out_of_range: discount_percent < 0 or discount_percent > 100
    interval_count_below_one: interval_count < 1
  columns:
    subscription_item_id: {type: id, required: true}
    subscription_id: {type: id, required: true}
    product_id: {type: id}
    charge_type: {type: text, default: recurring, one_of: [recurring, usage, one_time]}
    quantity: {type: quantity, default: "1"}
    unit_price: {type: price, required: true}
    discount_percent: {type: percent, default: "0"}
    billing_interval: {type: text, required: true, one_of: [day, week, month, year]}
    interval_count: {type: integer, default: "1"}
    currency: {type: currency}
    valid_from: {type: date}
    valid_to: {type: date, later: unknown}
    change_reason: {type: text}

billing_pauses:
  system: billing
  name: pauses
  key: [subscription_id, paused_on]
  visible_from: paused_on
  account: {column: subscription_id, table: billing_subscriptions}
  rules:
    ends_before_start: resumed_on < paused_on
  columns:
    subscription_id: {type: id, required: true}
    paused_on: {type: date, required: true}
    resumed_on: {type: date, later: unknown}

billing_invoices:
  system: billing
  name: invoices
  key: [invoice_id]
  visible_from: issued_on
  account: biller
  rules:
    due_before_issued: due_on < issued_on
    no_account: billing_customer_id is null and subscription_id is null
  columns:
    invoice_id: {type: id, required: true}
    billing_customer_id: {type: id}
    subscription_id: {type: id}
    issued_on: {type: date, required: true}
    due_on: {type: date}
    paid_on: {type: date, later: unknown}
    status: {type: text, one_of: [draft, open, paid, void, uncollectible], as_known: "case when paid_on > {as_of} then 'open' else status end"}
    currency: {type: currency}
    total_amount: {type: money, required: true}

billing_invoice_lines:
  system: billing
  name: invoice_lines
  key: [invoice_line_id]
  account: {column: invoice_id, table: billing_invoices}
  rules:
    ends_before_start: period_end < period_start
  columns:
    invoice_line_id: {type: id, required: true}
    invoice_id: {type: id, required: true}
    subscription_id: {type: id}
    line_type: {type: text, one_of: [recurring, proration, usage, one_time, tax, credit]}
    period_start: {type: date}
    period_end: {type: date}
    amount: {type: money, required: true}

billing_exchange_rates:
  system: billing
  name: exchange_rates
  key: [currency, rate_date]
  visible_from: rate_date
  rules:
    rate_not_positive: rate <= 0
  columns:
    currency: {type: currency, required: true}
    rate_date: {type: date, required: true}
    rate: {type: rate, required: true}

usage_daily:
  system: usage
  name: daily
  key: [account_id, usage_date]
  visible_from: usage_date
  account: id
  usual_order:
    - [active_users, sessions, events]
  rules:
    negative_count: active_users < 0 or sessions < 0 or events < 0
    sessions_without_users: active_users = 0 and sessions > 0
  columns:
    account_id: {type: id, required: true}
    usage_date: {type: date, required: true}
    active_users: {type: integer}
    sessions: {type: integer}
    events: {type: integer}

usage_features_daily:
  system: usage
  name: features_daily
  key: [account_id, usage_date, feature]
  visible_from: usage_date
  account: id
  usual_order:
    - [active_users, events]
  rules:
    negative_count: active_users < 0 or events < 0
  columns:
    account_id: {type: id, required: true}
    usage_date: {type: date, required: true}
    feature: {type: text, required: true}
    active_users: {type: integer}
    events: {type: integer}

usage_events:
  system: usage
  name: events
  key: [account_id, occurred_at, user_id, feature, event_id]
  visible_from: occurred_at
  account: id
  columns:
    event_id: {type: id}
    account_id: {type: id, required: true}
    user_id: {type: id, personal: true}
    feature: {type: text}
    occurred_at: {type: timestamp, required: true}

support_tickets:
  system: support
  name: tickets
  key: [ticket_id]
  visible_from: created_at
  account: id
  usual_order:
    - [created_at, first_responded_at, solved_at]
  rules:
    solved_before_created: solved_at < created_at
    satisfaction_out_of_range: satisfaction_score < 1 or satisfaction_score > 5
  columns:
    ticket_id: {type: id, required: true}
    account_id: {type: id, required: true}
    subject: {type: text, personal: true}
    category: {type: text}
    priority: {type: text, one_of: [low, normal, high, critical]}
    is_escalated: {type: boolean, default: "false"}
    created_at: {type: timestamp, required: true}
    first_responded_at: {type: timestamp, later: unknown}
    solved_at: {type: timestamp, later: unknown}
    satisfaction_score: {type: number, known_at: solved_at}

survey_responses:
  system: survey
  name: responses
  key: [response_id]
  visible_from: responded_at
  account: id
  rules:
    score_out_of_range: score < 0 or (survey_type = 'nps' and score > 10) or (survey_type = 'csat' and (score < 1 or score > 5)) or (survey_type = 'ces' and (score < 1 or score > 7))
  columns:
    response_id: {type: id, required: true}
    account_id: {type: id, required: true}
    contact_id: {type: id}
    survey_type: {type: text, required: true, one_of: [nps, csat, ces]}
    score: {type: number, required: true}
    responded_at: {type: timestamp, required: true}
    comment: {type: text, personal: true}
{%- endmacro %}


{#- The contract as a mapping, table to entry, or one table's entry: most models ask for
    one, and reading the paragraphs of all takes a hundredth of a second each time. -#}
{% macro raw_contract(table=none) -%}
    {%- if table is none -%}
        {{ return(fromyaml(raw_contract_text())) }}
    {%- endif -%}
    {%- for paragraph in raw_contract_text().split('\n\n') if paragraph.startswith(table ~ ':') -%}
        {{ return(fromyaml(paragraph)[table]) }}
    {%- endfor -%}
{%- endmacro %}
