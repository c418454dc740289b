-- Nor to where it is already.
select moves.account_id
from {{ ref('rebalancing_moves') }} as moves
left join {{ ref('csms') }} as csms
    on moves.to_csm_id = csms.csm_id
where
    moves.proposal = 'move'
    and (
        coalesce(csms.touch_model, '') <> moves.touch_tier
        or moves.from_csm_id = moves.to_csm_id
    )
