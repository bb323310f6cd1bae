"""The raw inputs and the evidence behind one standing, gathered only when it is explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.concerns import concerns_of
from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import OPINION, observations_of
from scoring.machinery.rivals import rival_terms
from scoring.machinery.stance import depth_terms, stance_terms
from scoring.machinery.standings import Standings
from scoring.machinery.ties import CONTACT, TEXT_DAY, Places, Terms, half_lives, terms_of
from scoring.machinery.touches import encounters_of, meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, EdgeRef, Ints

Inputs = dict[str, Any]
Evidence = dict[str, tuple[int | EdgeRef, ...]]


def person_inputs(
    snapshot: Snapshot, standings: Standings, row: int, parameters: Parameters
) -> tuple[dict[str, Inputs], Evidence]:
    """Raw inputs and constants of each factor of one person's standing, and the evidence keys."""
    places = standings.chains.places(standings.member[row : row + 1])
    tie, seen = _tie(snapshot, standings, row, places, parameters)
    depth, proven = _depth(snapshot, standings, row, places, parameters)
    stance, said = stance_told(snapshot, places, standings.vendor[row : row + 1], parameters)
    given = parameters.key_person
    inputs = {
        "tie": tie,
        "reciprocity": {
            "incoming": int(standings.incoming[row]),
            "outgoing": int(standings.outgoing[row]),
            "days": given.reciprocity_days,
        },
        "depth": depth,
        "duration": {
            "first_age": _age(int(standings.since_first[row])),
            "year_days": given.year_days,
            "full_years": given.full_years,
        },
        "breadth": {
            "active": parameters.tie.active,
            "full_colleagues": given.full_colleagues,
            "active_ties": int(standings.breadth[row]),
        },
        "stance": stance,
    }
    met = _encountered(snapshot, places) if int(standings.vendor[row]) == US else seen
    evidence: Evidence = {"tie": seen, "breadth": seen, "depth": proven, "stance": said}
    evidence |= {"reciprocity": met, "duration": met}
    return inputs, evidence


def _age(days: int) -> int | None:
    return None if days == NEVER else days


def _tie(
    snapshot: Snapshot, standings: Standings, row: int, places: Places, parameters: Parameters
) -> tuple[Inputs, tuple[int | EdgeRef, ...]]:
    tie = parameters.tie
    life = float(half_lives(places, parameters)[0])
    constants: Inputs = {"scale": tie.scale, "half_life": life, "prior": float(standings.tie_prior[row])}
    if int(standings.vendor[row]) != US:
        return _rival_tie(snapshot, standings, row, places, parameters, constants)
    meetings = meetings_of(snapshot)
    sorts = terms_of(meetings, concerns_of(snapshot, "interaction"), places, snapshot.today, parameters)
    keys = snapshot.nodes["interaction"].key
    listed = [term_told(snapshot, terms, at) for terms in sorts for at in range(len(terms.owner))]
    who = [int(meetings.colleagues[each]) for terms in sorts for each in terms.colleague]
    colleagues = [
        {"colleague": key, "terms": [term for term, other in zip(listed, who, strict=True) if other == key]}
        for key in sorted(set(who))
    ]
    constants |= {
        "text_cap": tie.text_cap,
        "unanswered_cap": tie.unanswered_cap,
        "colleagues": colleagues,
    }
    return constants, tuple(sorted({int(keys[item]) for terms in sorts for item in terms.item}))


def term_told(snapshot: Snapshot, terms: Terms, at: int) -> Inputs:
    """One summand of a tie's energy as plain values."""
    item = int(terms.item[at])
    sort = "contact" if terms.sort == CONTACT else "text_day" if terms.sort == TEXT_DAY else "unanswered"
    return {
        "interaction": int(snapshot.nodes["interaction"].key[item]),
        "channel": VOCABULARIES["channel"][int(snapshot.nodes["interaction"]["channel"][item])],
        "sort": sort,
        "weight": float(terms.weight[at]),
        "direction": float(terms.direction[at]),
        "customers": int(terms.customers[at]),
        "age": int(terms.age[at]),
    }


def _rival_tie(
    snapshot: Snapshot,
    standings: Standings,
    row: int,
    places: Places,
    parameters: Parameters,
    constants: Inputs,
) -> tuple[Inputs, tuple[int | EdgeRef, ...]]:
    vendor = standings.vendor[row : row + 1]
    terms = rival_terms(snapshot, places, vendor, parameters)
    person = int(snapshot.nodes["person"].key[places.person[0]])
    listed: list[Inputs] = [
        {
            "staff": int(terms.staff[at]),
            "observation": None if terms.observation[at] == NOBODY else int(terms.observation[at]),
            "energy": float(terms.energy[at]),
            "age": None if terms.age[at] < 0 else int(terms.age[at]),
        }
        for at in range(len(terms.owner))
    ]
    evidence: list[int | EdgeRef] = [
        each["observation"]
        if each["observation"] is not None
        else ("knows", min(person, each["staff"]), max(person, each["staff"]))
        for each in listed
    ]
    return constants | {"terms": listed}, tuple(evidence)


def _depth(
    snapshot: Snapshot, standings: Standings, row: int, places: Places, parameters: Parameters
) -> tuple[Inputs, tuple[int | EdgeRef, ...]]:
    _, rows = depth_terms(snapshot, places, standings.vendor[row : row + 1], parameters)
    seen = observations_of(snapshot, "depth", parameters)
    keys = snapshot.nodes["observation"].key[seen.item[rows]]
    given = parameters.depth
    inputs: Inputs = {
        "top": given.top,
        "rung_days": given.rung_days,
        "met": given.met,
        "met_age": _age(int(standings.since_met[row])),
        "items": [
            {
                "observation": int(key),
                "rung": float(seen.value[at]),
                "age": int(seen.age[at]),
                "colleague": None if seen.toward[at] == NOBODY else int(seen.toward[at]),
            }
            for key, at in zip(keys, rows, strict=True)
        ],
    }
    return inputs, tuple(int(key) for key in keys)


def stance_told(
    snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters
) -> tuple[Inputs, tuple[int | EdgeRef, ...]]:
    """The items and constants of one person's stance towards one vendor."""
    terms = stance_terms(snapshot, places, vendor, parameters)
    seen = observations_of(snapshot, "stance", parameters)
    keys = snapshot.nodes["observation"].key[seen.item[terms.row]]
    inputs: Inputs = {
        "kappa": parameters.stance.kappa,
        "opinion_cap": parameters.stance.opinion_cap,
        "half_life": parameters.evidence.half_life,
        "items": [
            {
                "observation": int(key),
                "value": float(seen.value[at]),
                "reliability": float(seen.reliability[at]),
                "age": int(seen.age[at]),
                "opinion": bool(seen.source_class[at] == OPINION),
                "own_scope": bool(own),
            }
            for key, at, own in zip(keys, terms.row, terms.own, strict=True)
        ],
    }
    return inputs, tuple(int(key) for key in keys)


def _encountered(snapshot: Snapshot, places: Places) -> tuple[int | EdgeRef, ...]:
    encounters = encounters_of(snapshot)
    person = int(places.person[0])
    item = encounters.item[encounters.start[person] : encounters.start[person + 1]].astype(np.int64)
    owner = np.zeros(len(item), dtype=np.int64)
    counted = places.counted(concerns_of(snapshot, "interaction"), owner, item)
    return tuple(int(key) for key in snapshot.nodes["interaction"].key[item[counted]])
