# %% [markdown]
# # Account reviews
#
# Whose business review is due? For customer success managers; each account leads to its
# pack, and to the edition that the customer may see.

# %%
from bowtie.reporting import house

DUE = """
    select
        account_name, csm_name, qbr_due_on, qbr_overdue_days, last_qbr_on, arr,
        days_to_renewal, milestones_overdue, tickets_open
    from reviews.account_reviews
    where is_pack_due and qbr_overdue_days {} 0
    order by qbr_due_on, account_id
"""
late, soon = house.ask(DUE.format(">")), house.ask(DUE.format("="))

# %%
first = late.row() if len(late) else soon.row()
if len(late):
    house.answer(
        "{} overdue, the longest that of {}, with {} of ARR, since {}; {} due soon.",
        house.counted(late.count, "business review is", "business reviews are"),
        first.account_name,
        first.arr,
        first.qbr_due_on,
        house.counted(soon.count, "is", "are"),
    )

# %%
if not len(late) and len(soon):
    house.answer(
        "No business review is overdue. That of {}, with {} of ARR, is due by {}.",
        first.account_name,
        first.arr,
        first.qbr_due_on,
    )
if not len(late) and not len(soon):
    house.answer("No business review is due.")

# %% [markdown]
# ## The packs

# %%
house.links("account_review")

# %% [markdown]
# ## What is due

# %%
house.table(
    late,
    caption="Reviews that are overdue, the longest first",
    empty="No review is overdue.",
)
house.table(
    soon,
    caption="Reviews that are due next, the soonest first",
    empty="No other review is due soon.",
)
