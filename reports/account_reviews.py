# %% [markdown]
# # Account reviews
#
# Whose business review is due? For customer success managers; each account leads to its
# pack, and to the edition that the customer may see.

# %%
from bowtie.reporting import house

due = house.ask("""
    select
        account_name, csm_name, qbr_due_on, last_qbr_on, arr, days_to_renewal,
        milestones_overdue, tickets_open
    from reviews.account_reviews
    where is_pack_due
    order by qbr_due_on, account_id
""")
first = due.row()

# %%
if len(due):
    house.answer(
        "The review that is due first is that of {}, with {} of ARR: by {}.",
        first.account_name,
        first.arr,
        first.qbr_due_on,
    )
else:
    house.answer("No business review is due.")

# %% [markdown]
# ## The packs

# %%
house.links("account_review")

# %% [markdown]
# ## What is due

# %%
house.table(due, caption="Reviews that are due, the longest overdue first")
