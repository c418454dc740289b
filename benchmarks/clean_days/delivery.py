"""What a simulated company delivers on a day: all that is known by then."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from bowtie.contract import Table, raw_contract
from bowtie.simulator import simulate

# Rows that come with another table's rows.
_PARTS = {
    "billing_invoice_lines": ("billing_invoices", "invoice_id"),
    "crm_success_plan_milestones": ("crm_success_plans", "success_plan_id"),
}
# What a source would have said that day of a row that it has changed since.
_SAID_THEN = {
    "billing_subscriptions": {
        # A term that is not renewed, and ends without a date of its own, is an end too.
        "status": "case when coalesce(ended_on, current_term_end) > {day} "
        "and status in {over} then 'active' else status end",
        "current_term_end": "case when current_term_start > {day} "
        "then current_term_start else current_term_end end",
    },
    "billing_invoices": {
        "status": "case when paid_on > {day} then 'open' else status end",
    },
    "crm_opportunities": {
        "stage": "coalesce((select max_by(stages.stage, stages.entered_at) "
        "from crm_opportunity_stages as stages where stages.opportunity_id = "
        "rows.opportunity_id and cast(stages.entered_at as date) <= {day}), stage)",
    },
}
# The day on which a source first sends a row, where it is not that of the contract.
_ENTERED = {"crm_accounts": "created_at", "billing_invoices": "sent_on"}
# An invoice of forty that billing sends this many days late.
LATE_DAYS = 40
# The days on which nobody writes tickets, as in the policy seed quiet_days.
_HOLIDAYS = "('01-01', '12-24', '12-25', '12-26', '12-31')"


class Company:
    """A simulated company, known from its first day to `last_day`."""

    def __init__(
        self, folder: Path, last_day: date, accounts: int, seed: int, usage_grain: str
    ) -> None:
        simulate(accounts, 16, seed, folder, last_day, usage_grain)
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("set TimeZone = 'UTC'")
        for name in raw_contract():
            files = [*folder.glob(f"{name}.parquet"), *folder.glob(f"{name}/*.parquet")]
            if files:
                rows = self._connection.read_parquet(sorted(map(str, files)))
                rows.create(name)
        self._add_everyday_events()

    def deliver(self, day: date, folder: Path) -> None:
        """Write all that is known at the end of a day, a CSV file a table."""
        folder.mkdir(parents=True)
        for table in raw_contract().values():
            if self._has(table.name):
                query = self._known(table, f"date '{day}'")
                self._connection.sql(query).write_csv(str(folder / f"{table.name}.csv"))

    def _has(self, table: str) -> bool:
        found = self._connection.execute(
            "select 1 from duckdb_tables() where table_name = ?", [table]
        )
        return found.fetchone() is not None

    def _known(self, table: Table, day: str) -> str:
        """Return SQL for the rows of a table as the source has them on a day."""
        columns = ", ".join(
            f"{self._value(table, name, day)} as {name}" for name in table.columns
        )
        appears = _ENTERED.get(table.name) or table.entry.get("visible_from")
        where = f"coalesce(cast({appears} as date) <= {day}, true)"
        if table.name in _PARTS:
            whole, key = _PARTS[table.name]
            where = f"{key} in (select {key} from ({self._of(whole, day)}))"
        elif appears is None:
            where = "true"
        return f"select {columns} from {table.name} as rows where {where} order by all"

    def _of(self, whole: str, day: str) -> str:
        return self._known(raw_contract()[whole], day)

    def _value(self, table: Table, column: str, day: str) -> str:
        about = table.entry["columns"][column]
        said_then = _SAID_THEN.get(table.name, {}).get(column)
        if said_then:
            return said_then.format(day=day, over=tuple(about.get("over", ())))
        if about.get("later") == "unknown" or column == "updated_at":
            return f"case when cast({column} as date) <= {day} then {column} end"
        if known_at := about.get("known_at"):
            return (
                f"case when cast({known_at} as date) <= {day} "
                f"or {known_at} is null then {column} end"
            )
        return column

    def _add_everyday_events(self) -> None:
        """Add what the simulator leaves out, and no check should mind."""
        for statement in (
            # Invoices that come late, with their lines.
            "alter table billing_invoices add column sent_on date",
            f"""
            update billing_invoices set sent_on = issued_on
            + case when hash(invoice_id) % 40 = 0 then {LATE_DAYS} else 0 end
            """,
            # A credit note for one invoice of fifty, ten days after it.
            """
            insert into billing_invoice_lines by name
            select
                'CN-' || invoice_line_id as invoice_line_id,
                'CN-' || invoice_id as invoice_id,
                subscription_id, 'credit' as line_type, -amount as amount
            from billing_invoice_lines
            where hash(invoice_id) % 50 = 1
            """,
            """
            insert into billing_invoices by name
            select
                'CN-' || invoice_id as invoice_id, billing_customer_id,
                subscription_id, issued_on + 10 as issued_on,
                issued_on + 10 as sent_on, status, currency,
                -total_amount as total_amount
            from billing_invoices
            where
                hash(invoice_id) % 50 = 1
                and invoice_id in (
                    select invoice_id from billing_invoice_lines
                )
            """,
            # Four times the events and tickets on the last day of each month.
            """
            update usage_daily set events = events * 4, sessions = sessions * 4
            where usage_date = last_day(usage_date)
            """,
            """
            insert into support_tickets
            select tickets.* replace (ticket_id || '-' || copy as ticket_id)
            from support_tickets as tickets, range(3) as copies(copy)
            where cast(created_at as date) = last_day(cast(created_at as date))
            """,
            # Holidays: no ticket, and three accounts of four are away.
            f"""
            delete from support_tickets
            where strftime(created_at, '%m-%d') in {_HOLIDAYS}
            """,
            f"""
            delete from usage_daily
            where
                strftime(usage_date, '%m-%d') in {_HOLIDAYS}
                and hash(account_id) % 4 > 0
            """,
        ):
            self._connection.execute(statement)

    def erase_one_account(self) -> None:
        """Remove an account and all that hangs on it, as the law may ask."""
        chosen = self._connection.execute(
            """
            select max(account_id) from crm_accounts
            where
                not is_test
                and parent_account_id is null
                and merged_into_account_id is null
                and account_id not in (
                    select coalesce(parent_account_id, merged_into_account_id)
                    from crm_accounts
                    where coalesce(parent_account_id, merged_into_account_id) <> ''
                )
            """
        ).fetchall()
        gone = {"account_id": [id for (id,) in chosen]}
        # The contract names a table after those that it refers to.
        for name, table in raw_contract().items():
            links = [column for column in gone if column in table.columns]
            if not links or not self._has(name):
                continue
            key = table.entry["key"][0]
            where = " or ".join(f"{column} in (select unnest(?))" for column in links)
            removed = self._connection.execute(
                f"delete from {name} where {where} returning {key}",
                [gone[column] for column in links],
            ).fetchall()
            gone.setdefault(key, [id for (id,) in removed])
