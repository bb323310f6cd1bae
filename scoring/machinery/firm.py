"""The ties that the firm as a whole has with the persons of chains.

A person's firm tie is ``1 - prod(1 - carried * T)`` over the colleagues tied to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.chain import PERSON, Chains
from scoring.machinery.concerns import concerns_of
from scoring.machinery.ties import PairTies, pair_ties
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class FirmTies:
    """Persons of the chains: scope (place), person row, influence, and the firm's tie 0..1.

    ``pairs`` are the colleagues' ties with them; their owners are places here.
    """

    chains: Chains
    scope: Ints
    person: Ints
    influence: Floats
    firm: Floats
    pairs: PairTies

    def __len__(self) -> int:
        return len(self.scope)


def firm_ties(chains: Chains, members: Ints, pairs: PairTies, parameters: Parameters) -> FirmTies:
    """The ties of some members, all persons, whose colleagues' ties are known."""
    missed = np.log1p(-parameters.employee.carried * pairs.strength)
    firm = -np.expm1(np.bincount(pairs.owner, weights=missed, minlength=len(members))[: len(members)])
    return FirmTies(chains, chains.scope[members], chains.person[members], chains.influence[members], firm, pairs)


def all_firm_ties(snapshot: Snapshot, chains: Chains, parameters: Parameters) -> FirmTies:
    """The ties of everybody in the chains, without anything else that is measured of them."""
    members = np.flatnonzero(chains.placeholder == PERSON)
    meetings, concerns = meetings_of(snapshot), concerns_of(snapshot, "interaction")
    pairs = pair_ties(meetings, concerns, chains.places(members), snapshot.today, parameters)
    return firm_ties(chains, members, pairs, parameters)
