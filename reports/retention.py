# %% [markdown]
# # Retention
#
# Do customers stay, and do they grow? For the CEO, the CFO and the CCO.

# %%
from bowtie.reporting import house

POLICIES = ["account_grain", "currency_policy", "renewal_grace_days"]
RATES = {"nrr": "NRR", "grr": "GRR", "logo_retention": "Logos"}

trend = house.ask("""
    select as_of_month, base_accounts, base_arr, nrr, grr, logo_retention
    from revenue.retention
    where window_months = 12 and slice_name = 'all' and base_accounts > 0
    order by as_of_month
""")
now = trend.row(len(trend) - 1)
house.answer("Net revenue retention is {}.", now.nrr)

# %%
house.figure(
    house.lines(trend, "as_of_month", RATES),
    trend,
    caption="Retention over twelve months",
    alt="Three lines by month: net, gross and logo retention.",
    labels={"as_of_month": "Month", **RATES},
    policies=POLICIES,
)
