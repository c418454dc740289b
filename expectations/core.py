"""These are the customers of yesterday, with the names and segments they had."""

from bowtie.checks.check import Check
from expectations.ledger import CSMS_WHO_LEFT

_ACCOUNTS = "core.accounts"
_COMMON = f"""
    common as (
        select now.*, before as earlier
        from core.accounts as now
        inner join previous.{_ACCOUNTS} as before using (account_id)
    )
"""
_LABELS = ("industry", "region", "country")
_CHANGED_LABELS = " + ".join(
    f"case when {label} is distinct from earlier.{label} then 1 else 0 end"
    for label in _LABELS
)
# A label that some account has now, for one that the generation before did not know.
_RELABELLED = "\n union all \n".join(
    f"""
    select
        'core.accounts.{label}' as subject,
        case when count(*) filter (where is_new_word) < 3 then 0
        else count(*) filter (where is_new_word) / count(*) end as measured
    from (
        select
            {label} is distinct from earlier.{label}
            and {label} not in (
                select {label} from previous.{_ACCOUNTS} where {label} is not null
            ) as is_new_word
        from common
    ) as compared
    """
    for label in _LABELS
)
# Who lost a CSM that left the company has lost no data; another check says so.
_MISSING = "\n union all \n".join(
    f"""
    select
        'core.accounts.{column}' as subject,
        greatest(
            count(*) filter (where {column} is null and {reason}) / count(*)
            - count(*) filter (where earlier.{column} is null) / count(*), 0
        ) as measured
    from common
    where is_customer
    """
    for column, reason in (
        *((label, "true") for label in (*_LABELS, "term_end_date", "health_score")),
        ("csm_id", f"coalesce(earlier.csm_id not in ({CSMS_WHO_LEFT}), true)"),
    )
)

CHECKS = [
    # Another tenant's or the sandbox's delivery has other accounts; so has one whose
    # ids lost their leading zeros.
    Check(
        "accounts_of_the_last_run_are_there",
        evidence=f"""
            select
                'crm_accounts' as subject,
                count(*) filter (
                    where now.account_id is null and survivors.account_id is null
                ) as lost,
                lost / greatest(count(*), 100) as measured,
                lost / count(*) as told
            from previous.{_ACCOUNTS} as before
            left join core.accounts as now using (account_id)
            left join staging.stg_crm__account_identities as identities
                on before.account_id = identities.source_account_id
            left join core.accounts as survivors
                on identities.account_id = survivors.account_id
            where not before.is_unmatched
        """,
        says="lacks {measured} of the accounts of the generation before",
        remedy="see that the delivery is of the same company, and its ids as they were",
        compares=(_ACCOUNTS,),
    ),
    Check(
        "account_id_names_the_same_company",
        evidence=f"""
            with {_COMMON}
            select
                'crm_accounts' as subject,
                count(*) filter (where is_other) as measured,
                some_of(case when is_other then account_id end) as named
            from (
                select
                    account_id,
                    account_name <> earlier.account_name
                    and {_CHANGED_LABELS} >= 2 as is_other
                from common
            ) as compared
        """,
        says="has {measured} accounts whose id now names another company",
        remedy="an id was given away anew; have the CRM use a fresh one",
        applies=f"(with {_COMMON} select count(*) from common) > 0",
        unless="no account is in both generations",
        compares=(_ACCOUNTS,),
    ),
    Check(
        "segment_labels_are_those_of_the_last_run",
        evidence=f"with {_COMMON} {_RELABELLED}",
        says="has a label that was not there before for {measured} of the accounts",
        remedy="labels were renamed; map them back, or waive it once in check_waivers",
        applies=f"(with {_COMMON} select count(*) from common) > 0",
        unless="no account is in both generations",
        compares=(_ACCOUNTS,),
    ),
    Check(
        "known_values_are_still_known",
        evidence=f"with {_COMMON} {_MISSING}",
        says="is empty for {measured} more of the customers than in the last run",
        remedy="see whether the source or a join stopped filling it",
        applies=f"(with {_COMMON} select count(*) from common where is_customer) >= 20",
        unless="fewer than 20 customers are in both generations",
        compares=(_ACCOUNTS,),
    ),
    Check(
        "touch_tiers_are_those_of_the_last_run",
        evidence=f"""
            with {_COMMON}
            select
                'core.accounts.touch_tier' as subject,
                count(*) filter (where touch_tier <> earlier.touch_tier) / count(*)
                    as measured
            from common
            where is_customer and earlier.is_customer
        """,
        says="changed for {measured} of the customers since the last run",
        remedy="see whether amounts changed their unit, or the tiers' edges moved",
        applies=f"""
            (
                with {_COMMON}
                select count(*) from common where is_customer and earlier.is_customer
            ) >= 20
        """,
        unless="fewer than 20 customers are in both generations",
        compares=(_ACCOUNTS,),
    ),
]
