# %% [markdown]
# # CSM books
#
# Who has how much on the table this week? For customer success managers and whoever
# leads them; each name leads to that CSM's own page.

# %%
from bowtie.reporting import house

BOOKS = """
    select
        csm_name, team, accounts, arr, open_interventions, overdue_interventions,
        overdue_untouched, red_accounts, renewal_arr_90_days, utilisation
    from reviews.csm_books
    where {}
    order by open_interventions desc, csm_id
"""
owned = house.ask(BOOKS.format("csm_id <> 'unassigned'"))
longest = owned.row()

# %%
if len(owned):
    house.answer(
        "{} has the longest queue: {} open, {} of them overdue, {} of these never "
        "touched, in a book of {} that pays {}.",
        longest.csm_name,
        house.counted(longest.open_interventions, "intervention", "interventions"),
        longest.overdue_interventions,
        longest.overdue_untouched,
        house.counted(longest.accounts, "account", "accounts"),
        longest.arr,
    )
else:
    house.answer("Nobody owns an account.")

# %% [markdown]
# ## Each CSM's own page

# %%
house.links("csm_book")

# %% [markdown]
# ## All books

# %%
health = house.ask("""
    select csm_name, green_arr, yellow_arr, red_arr, unscored_arr, arr
    from reviews.csm_books
    order by arr desc, csm_id
    limit 30
""")

# %%
house.figure(
    house.stacked_bars(
        health,
        "csm_name",
        ["green_arr", "yellow_arr", "red_arr", "unscored_arr"],
        horizontal=True,
    ),
    health,
    caption="ARR of each book by health",
    alt="A bar for each CSM, divided into green, yellow, red and unscored ARR.",
)

# %%
# What is nobody's is listed too: nobody else will find it.
books = house.ask(BOOKS.format("true"))
house.table(books, caption="Each book, the longest queue first")
