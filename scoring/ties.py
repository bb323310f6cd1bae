"""All ties between our colleagues and people elsewhere, in the accounts' scope."""

from __future__ import annotations

import numpy as np

from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.concerns import concerns_of
from scoring.machinery.people import people_of
from scoring.machinery.ties import Places, pair_ties
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, Floats, Ints


def colleague_ties(
    snapshot: Snapshot, parameters: Parameters, places: Places | None = None
) -> tuple[Ints, Ints, Floats]:
    """Colleague key, person key and tie strength T of every pair with a tie.

    Model. T as in `scoring.machinery.ties`, with the account's half-life; a person of several accounts
    has the best of the account's ties with each colleague. ``places`` are accounts' scopes, those of
    `account_places` by default.

    Returns. Three arrays of equal length, ordered by colleague, then person; T in (0, 1).
    """
    if places is None:
        places = account_places(snapshot)
    meetings = meetings_of(snapshot)
    pairs = pair_ties(meetings, concerns_of(snapshot, "interaction"), places, snapshot.today, parameters)
    keep = pairs.strength > 0
    colleague = meetings.colleagues[pairs.colleague[keep]]
    person = people_of(snapshot).key[places.person[pairs.owner[keep]]]
    strength = pairs.strength[keep]
    order = np.lexsort((-strength, person, colleague))
    colleague, person, strength = colleague[order], person[order], strength[order]
    first = np.ones(len(colleague), dtype=bool)
    first[1:] = (colleague[1:] != colleague[:-1]) | (person[1:] != person[:-1])
    return colleague[first], person[first], strength[first]


def account_places(snapshot: Snapshot) -> Places:
    """Everybody in each of their accounts' scope."""
    members = affiliations_of(snapshot)
    return Places(members.person, np.full(len(members.person), COMPANY), members.account, members.account)
