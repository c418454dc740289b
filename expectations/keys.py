"""Does an id stay with whom it was given to?"""

from bowtie.checks.check import Check
from bowtie.contract import Table, raw_contract


def _claims(table: Table) -> str:
    """Return SQL for the keys of a raw table and who claims each row.

    A CRM account is known by the day on which it was created; any other row by its
    account, merged ones being one. A row that could not be read claims nothing.
    """
    is_account = table.name == "crm_accounts"
    return f"""
        select
            '{table.name}' as table_name,
            row_key,
            {"cast(created_on as varchar)" if is_account else "account_id"} as claimant
        from staging.base_{table.system}__{table.entry["name"]}
        where verdict <> 'quarantined' or refused_for = 'conflicting_rows'
    """


_CLAIMS = " union all ".join(
    _claims(table)
    for table in raw_contract().values()
    if table.name == "crm_accounts"
    or (table.entry.get("account") and "account_id" not in table.entry["key"])
)

CHECKS = [
    Check(
        "id_is_given_once",
        evidence=f"""
            with claimed as (
                select table_name, row_key, count(distinct claimant) as claimants
                from ({_CLAIMS})
                group by table_name, row_key
            )

            select
                table_name as subject,
                count(*) filter (where claimants > 1) as measured,
                some_of(case when claimants > 1 then row_key end) as named
            from claimed
            group by table_name
        """,
        says="has {measured} ids that two customers share",
        remedy="have the source keep each id with the older row, and give the other a "
        "new one",
    ),
]
