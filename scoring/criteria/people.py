"""How much what is known of each person of a chain counts as evidence."""

from __future__ import annotations

import numpy as np

from scoring.criteria.ground import Ground
from scoring.types import Floats


def contact_weight(ground: Ground) -> Floats:
    """Evidence of a person's tie: the contacts seen, or the share of the time that is on record.

    Where everything is on record, no contact is known to be none. At most what a yes needs.
    """
    standings, member = ground.standings, ground.member
    seen = np.maximum(standings.tie_evidence[member], standings.captured[member])
    found: Floats = np.minimum(seen, ground.parameters.likelihood.yes_evidence)
    return found


def depth_weight(ground: Ground) -> Floats:
    """Evidence of a person's depth of contact, likewise."""
    standings, member = ground.standings, ground.member
    seen = np.maximum(standings.depth_evidence[member], standings.captured[member])
    found: Floats = np.minimum(seen, ground.parameters.likelihood.yes_evidence)
    return found
