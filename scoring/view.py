"""One chain towards one vendor as arrays: what findings and advice read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.decision_chain import ChainInputs, score_of
from scoring.machinery.arrays import Flags
from scoring.machinery.chain import PERSON
from scoring.machinery.people import people_of
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.standings import Standings, known_standings, opinions, standings_of
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference, rule_weights
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Floats, Ints


@dataclass(frozen=True, slots=True)
class ChainView:
    """The members of one chain, persons first, then placeholders (``person`` is `NOBODY`).

    ``placeholder`` names the expected role a placeholder holds (a place in the vocabulary; past its
    end: everything), -1 for persons. ``roles`` are masks of buying roles. ``listening`` is dense W.
    ``tie_*`` are our colleagues' ties: member, colleague key, strength. ``observed_tie`` is the tie from
    evidence alone, without a rival's prior. ``champion`` is the place of the strongest champion, -1 for none.
    """

    scope: int
    vendor: int
    person: Ints
    placeholder: Ints
    roles: Ints
    status: Ints
    rights: Floats
    susceptibility: Floats
    listening: Floats
    influence: Floats
    stance: Floats
    stance_evidence: Floats
    only_opinion: Flags
    opinion: Floats
    tie: Floats
    observed_tie: Floats
    best: Ints
    breadth: Ints
    depth: Floats
    since_met: Ints
    support: float
    champion: int
    champion_value: float
    expected_roles: tuple[str, ...]
    identified_roles: tuple[str, ...]
    tie_member: Ints
    tie_colleague: Ints
    tie_strength: Floats

    def holders(self, role: str) -> Ints:
        """The places of those who hold a buying role."""
        return np.flatnonzero(self.roles >> BUYING_ROLES.index(role) & 1)


def chain_view(snapshot: Snapshot, reference: Reference, parameters: Parameters, scope: int, vendor: int) -> ChainView:
    """The chain of an account or opportunity towards a vendor.

    Read from the standings of everything where those are at hand, else worked out for this scope.
    KeyError when the snapshot has no such account or opportunity.
    """
    standings, case = _case(snapshot, reference, parameters, scope, vendor)
    chains, place = standings.chains, int(standings.cases.scope[case])
    every, opinion = opinions(standings, np.array([place]))
    mine = standings.case[every] == case
    rows, opinion = every[mine], opinion[mine]
    member = standings.member[rows]
    person = np.full(len(rows), NOBODY, dtype=np.int64)
    real = chains.placeholder[member] == PERSON
    person[real] = people_of(snapshot).key[chains.person[member[real]]]
    inputs = ChainInputs(
        case=np.zeros(len(rows), dtype=np.int64),
        influence=chains.influence[member],
        rights=chains.rights[member],
        stance=standings.stance[rows],
        opinion=opinion,
        tie=standings.tie[rows],
        depth=standings.depth[rows],
        approver=np.zeros(len(rows), dtype=bool),
        veto=np.zeros(len(rows), dtype=bool),
        weights=rule_weights(reference.decided(chains.scopes.account[place : place + 1]), parameters),
        know=chains.know[place : place + 1],
    )
    result = score_of(inputs, parameters)
    champion = int(result.member_champion.argmax()) if len(rows) else -1
    value = float(result.member_champion[champion]) if champion >= 0 else 0.0
    ties = slice(*np.searchsorted(standings.pair_member, [member[0], member[-1] + 1]))
    expected, known = int(chains.expected[place]), int(chains.known_roles[place])
    return ChainView(
        scope=scope,
        vendor=vendor,
        person=person,
        placeholder=chains.placeholder[member],
        roles=chains.roles[member],
        status=chains.status[member],
        rights=inputs.rights,
        susceptibility=chains.susceptibility[member],
        listening=chains.listening[member][:, member].toarray(),
        influence=inputs.influence,
        stance=inputs.stance,
        stance_evidence=standings.stance_evidence[rows],
        only_opinion=(standings.stance_evidence[rows] > 0) & ~standings.backed[rows],
        opinion=opinion,
        tie=inputs.tie,
        observed_tie=standings.observed_tie[rows],
        best=standings.best[rows],
        breadth=standings.breadth[rows],
        depth=inputs.depth,
        since_met=standings.since_met[rows],
        support=float(result.support[0]),
        champion=champion if value > 0 else -1,
        champion_value=value,
        expected_roles=_roles(expected),
        identified_roles=_roles(expected & known),
        tie_member=standings.pair_member[ties] - member[0],
        tie_colleague=meetings_of(snapshot).colleagues[standings.pairs.colleague[ties]],
        tie_strength=standings.pairs.strength[ties],
    )


def _case(
    snapshot: Snapshot, reference: Reference, parameters: Parameters, scope: int, vendor: int
) -> tuple[Standings, int]:
    """Standings that have the case, and its place there."""
    asked = np.array([scope], dtype=np.int64)
    known = known_standings(snapshot, reference, parameters)
    found = known.cases_of(scope, vendor) if known is not None else asked[:0]
    if known is not None and len(found):
        return known, int(found[0])
    made = standings_of(snapshot, reference, parameters, asked, vendor)
    if not len(made.cases):
        raise KeyError(scope)
    return made, 0


def _roles(mask: int) -> tuple[str, ...]:
    return tuple(role for at, role in enumerate(BUYING_ROLES) if mask >> at & 1)
