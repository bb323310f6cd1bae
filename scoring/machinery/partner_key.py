"""What partners hold of an account's key people beyond what we hold ourselves, at half weight.

Model: with T_p our tie with person p, T_p' the strongest tie of a partner (`scoring.machinery.partners`), s_p the
stance towards us and w the weight of the tie in warmth, the gain of p is ``g_p = .5 w max(0, T_p' - T_p)(1 + s_p)/2``,
half of what K_p/100 would gain if our tie were as strong as the partner's; ``PKey = sum I_p g_p``.
T_p + .5 max(0, T_p' - T_p) is at most 1, so K_p + 100 g_p is at most 100, and it never falls where T_p, T_p' or s_p
rises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import Flags, lookup, sums
from scoring.machinery.closeness import closeness_of
from scoring.machinery.evidence import contact_variance
from scoring.machinery.partners import (
    PartnerTerms,
    PartnerTies,
    evidence_of_terms,
    partner_terms,
    partner_ties,
    partners_of,
)
from scoring.machinery.people import people_of
from scoring.machinery.raw import term_told
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, EdgeRef, Floats

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PartnerHeld:
    """The partners' part of Key and its variance by scope (place), and the gain of each row of the closeness."""

    key: Floats
    variance: Floats
    gain: Floats
    tie: Floats


def partner_held(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> PartnerHeld:
    """What partners hold in the accounts among the scopes, made once."""
    return standings.derived("partner held", lambda: _held(snapshot, standings, parameters))


def _held(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> PartnerHeld:
    close, chains = closeness_of(standings, parameters), standings.chains
    size, scopes = len(close), len(chains.scopes)
    partners = partners_of(snapshot, parameters)
    if not len(partners.staff) + len(partners.company):
        return PartnerHeld(np.zeros(scopes), np.zeros(scopes), np.zeros(size), np.zeros(size))
    rows = np.flatnonzero(chains.scopes.type[close.scope] == COMPANY)
    terms = partner_terms(snapshot, chains.places(standings.member[close.rows[rows]]), parameters)
    ties = partner_ties(terms, parameters)
    tie, evidence = np.zeros(size), np.zeros(size)
    np.maximum.at(tie, rows[ties.owner], ties.strength)
    evidence[rows] = evidence_of_terms(terms, len(rows), parameters)
    own, stance = standings.tie[close.rows], standings.stance[close.rows]
    lever = parameters.customer.partner * parameters.key_person.tie * (1 + stance) / 2
    beyond: Flags = tie > own
    gain = np.where(beyond, lever * (tie - own), 0.0)
    spread = np.where(beyond, (close.influence * lever) ** 2 * contact_variance(tie, evidence, parameters), 0.0)
    return PartnerHeld(sums(close.scope, close.influence * gain, scopes), sums(close.scope, spread, scopes), gain, tie)


def partners_told(
    snapshot: Snapshot, standings: Standings, scope: int, parameters: Parameters
) -> tuple[list[Told], tuple[int | EdgeRef, ...]]:
    """Everybody of an account (a scope's place) with whom partners hold ties, with all terms, and the evidence."""
    close, chains = closeness_of(standings, parameters), standings.chains
    rows = np.flatnonzero(close.scope == scope)
    held = partner_held(snapshot, standings, parameters)
    terms = partner_terms(snapshot, chains.places(standings.member[close.rows[rows]]), parameters)
    ties = partner_ties(terms, parameters)
    keys = people_of(snapshot).key[chains.person[standings.member[close.rows[rows]]]]
    told, evidence = [], dict[int | EdgeRef, None]()
    for at in np.unique(ties.owner).tolist():
        of = np.flatnonzero(ties.owner == at)
        holders = [_holder(snapshot, terms, ties, int(each)) for each in of]
        told.append({
            "person": int(keys[at]),
            "tie": float(held.tie[rows[at]]),
            "gain": float(held.gain[rows[at]]),
            "partners": holders,
        })  # fmt: skip
        evidence |= dict.fromkeys(_evidence(int(keys[at]), holders))
    return told, tuple(evidence)


def _holder(snapshot: Snapshot, terms: PartnerTerms, ties: PartnerTies, row: int) -> Told:
    owner, holder = int(ties.owner[row]), int(ties.holder[row])
    staff, stated = int(lookup(terms.staff, np.array([holder]))[0]), terms.stated
    met = [
        term_told(snapshot, each, int(at))
        for each in terms.met
        for at in np.flatnonzero((each.owner == owner) & (each.colleague == staff))
    ]
    said = [
        {
            "observation": None if stated.observation[at] == NOBODY else int(stated.observation[at]),
            "energy": float(stated.energy[at]),
            "age": None if stated.age[at] < 0 else int(stated.age[at]),
        }
        for at in np.flatnonzero((stated.owner == owner) & (stated.holder == holder))
    ]
    return {"staff": holder, "strength": float(ties.strength[row]), "terms": met, "stated": said}


def _evidence(person: int, holders: list[Told]) -> list[int | EdgeRef]:
    found: list[int | EdgeRef] = []
    for each in holders:
        found += [term["interaction"] for term in each["terms"]]
        for said in each["stated"]:
            other = each["staff"]
            edge: EdgeRef = ("knows", min(person, other), max(person, other))
            found.append(edge if said["observation"] is None else said["observation"])
    return found
