"""Limit (a): raw Parquet to weekly usage, health windows and month-end ARR, by hand.

What a good analyst's script would do, and no more: nothing is tested, named or kept,
no row is refused, no account is merged.
`python -m benchmarks.bench.by_hand RAW SCRATCH`
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_STEPS = (
    """
    create temp table weekly as
    with days as (
        select
            account_id,
            date_trunc('week', usage_date) as week,
            sum(active_users) as user_days,
            max(active_users) as most_users,
            count(*) filter (where active_users > 0) as active_days,
            sum(sessions) as sessions,
            sum(events) as events,
            max(usage_date) as last_reported_on
        from read_parquet('{raw}/usage_daily/*.parquet')
        group by all
    ),
    features as (
        select account_id, week, count(*) as features_used, sum(users) as feature_users
        from (
            select
                account_id,
                date_trunc('week', usage_date) as week,
                feature,
                max(active_users) as users
            from read_parquet('{features}')
            group by all
        )
        group by all
    )
    select * from days full join features using (account_id, week)
    """,
    """
    create temp table health_windows as
    select
        account_id,
        week,
        sum(user_days) over lately as user_days,
        sum(active_days) over lately as active_days,
        sum(user_days) over before as user_days_before,
        sum(active_days) over before as active_days_before,
        max(most_users) over lately as most_users,
        sum(sessions) over lately as sessions,
        max(features_used) over lately as features_used,
        max(feature_users) over lately as feature_users
    from weekly
    window
        lately as (
            partition by account_id order by week
            range between interval 21 days preceding and current row
        ),
        before as (
            partition by account_id order by week
            range between interval 84 days preceding and interval 63 days preceding
        )
    """,
    """
    create temp table month_ends as
    with items as (
        select
            subscriptions.account_id,
            items.quantity * items.unit_price * (1 - items.discount_percent / 100)
            * case items.billing_interval
                when 'month' then 12 when 'year' then 1 when 'week' then 52 else 365
            end / items.interval_count as arr,
            greatest(items.valid_from, subscriptions.started_on) as valid_from,
            least(
                coalesce(items.valid_to, date '9999-12-31'),
                coalesce(subscriptions.ended_on, date '9999-12-31')
            ) as valid_to
        from read_parquet('{raw}/billing_subscription_items.parquet') as items
        inner join read_parquet('{raw}/billing_subscriptions.parquet') as subscriptions
            using (subscription_id)
        where items.charge_type = 'recurring'
    ),
    months as (
        select last_day(cast(range as date)) as closes_on
        from range(date '2020-01-01', date '2026-01-01', interval 1 month)
    )
    select account_id, closes_on, sum(arr) as arr
    from items
    inner join months on valid_from <= closes_on and valid_to > closes_on
    group by all
    """,
)


def main(raw: Path, scratch: Path) -> None:
    """Run the script on a simulated company."""
    features = raw / "usage_features_daily"
    files = {
        "raw": raw,
        "features": f"{features}/*.parquet"
        if features.is_dir()
        else f"{features}.parquet",
    }
    with duckdb.connect(
        config={"threads": 2, "temp_directory": str(scratch / "by_hand.tmp")}
    ) as connection:
        for step in _STEPS:
            connection.execute(step.format(**files))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
