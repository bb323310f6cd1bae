"""The explanation of one employee score: each customer's share, person by person."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.frames import explained
from scoring.machinery.arrays import Grouping
from scoring.machinery.capital import Capital, capital_of, job_roles
from scoring.machinery.closeness import Closeness, closeness_of
from scoring.machinery.concerns import concerns_of
from scoring.machinery.dependence import dependence_of
from scoring.machinery.people import people_of
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings
from scoring.machinery.ties import terms_of
from scoring.machinery.touches import meetings_of
from scoring.machinery.values import margins
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, Contribution, Explanation, Ints, ScoreFrame

Told = dict[str, Any]


def explain_employee(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    standings: Standings,
    colleague: int,
    number: int,
) -> Explanation:
    """Row ``i`` of the frame, about a colleague (place in `Meetings.colleagues`)."""
    role = int(job_roles(snapshot)[colleague])
    knots = reference.rank_role == role
    inputs: Told = {
        "capital": float(frame.columns["capital"][i]),
        "basis": reference.basis,
        "currency": parameters.employee.currency,
        "ranked": number,
        "least_ranked": parameters.employee.least_ranked,
        "least_complete": parameters.employee.least_complete,
        "knots": np.column_stack([reference.rank_capital[knots], reference.rank_percent[knots]]).tolist(),
        "dependence": _dependence(snapshot, standings, colleague, parameters),
    }
    made = []
    for place in range(int(frame.indptr[i]), int(frame.indptr[i + 1])):
        account, effect = int(frame.subject_of_part[place]), float(frame.effect[place])
        told, evidence = _customer(snapshot, reference, standings, account, colleague, parameters)
        worth = float(frame.value[place])
        made.append(
            Contribution(
                factor="customer",
                value=worth,
                unit=parameters.employee.currency if reference.basis != "one" else "1",
                prior=0.0,
                weight=effect / worth,
                effect=effect,
                code=f"{frame.kind}.customer",
                subject=account,
                evidence=evidence,
                inputs=told,
            )
        )
    return explained(frame, i, made, inputs, parameters, reference)


def _dependence(snapshot: Snapshot, standings: Standings, colleague: int, parameters: Parameters) -> list[Told]:
    """How much each account hangs on the colleague, the most first."""
    found, scopes = dependence_of(snapshot, standings, parameters), standings.chains.scopes
    rows = np.flatnonzero((found.colleague == colleague) & (found.value > 0))
    rows = rows[scopes.type[found.scope[rows]] == COMPANY]
    rows = rows[np.lexsort((found.scope[rows], -found.value[rows]))]
    return [{"account": int(scopes.key[found.scope[at]]), "value": float(found.value[at])} for at in rows]


def _customer(
    snapshot: Snapshot, reference: Reference, standings: Standings, account: int, colleague: int, parameters: Parameters
) -> tuple[Told, tuple[int, ...]]:
    """The account's value, its people with whom the colleague has ties, and the interactions behind them."""
    found, close = capital_of(snapshot, reference, standings, parameters), closeness_of(standings, parameters)
    scopes = standings.chains.scopes
    scope = int(np.flatnonzero((scopes.key == account) & (scopes.type == COMPANY))[0])
    tied = np.flatnonzero((found.colleague == colleague) & (close.scope[found.place] == scope))
    places = found.place[tied]
    told = {
        "account_value": float(found.account_value[scope]),
        "deals": _deals(snapshot, reference, account, parameters) if reference.basis == "margin" else [],
        "median": reference.basis_median,
        "carried": parameters.employee.carried,
        "people": [_person(snapshot, standings, found, close, int(at)) for at in places],
    }
    return told, _interactions(snapshot, standings, close, places, colleague, parameters)


def _deals(snapshot: Snapshot, reference: Reference, account: int, parameters: Parameters) -> list[Told]:
    accounts = np.array([account], dtype=np.int64)
    rate = reference.win_rate(segment_of(snapshot, accounts))
    _, row, margin, weight = margins(snapshot, accounts, rate, parameters)
    keys = snapshot.nodes["opportunity"].key[row]
    return [
        {"opportunity": int(key), "margin": float(worth), "likelihood": float(share)}
        for key, worth, share in zip(keys, margin, weight, strict=True)
    ]


def _person(snapshot: Snapshot, standings: Standings, found: Capital, close: Closeness, place: int) -> Told:
    """A person with every colleague's tie."""
    colleagues = meetings_of(snapshot).colleagues
    rows = np.flatnonzero(found.place == place)
    person = standings.chains.person[standings.member[close.rows[place]]]
    return {
        "person": int(people_of(snapshot).key[person]),
        "influence": float(close.influence[place]),
        "ties": [
            {"colleague": int(colleagues[found.colleague[at]]), "strength": float(found.strength[at])} for at in rows
        ],
    }


def _interactions(
    snapshot: Snapshot, standings: Standings, close: Closeness, places: Ints, colleague: int, parameters: Parameters
) -> tuple[int, ...]:
    """The interactions that the colleague's ties with some people rest on."""
    chosen = standings.chains.places(standings.member[close.rows[places]])
    sorts = terms_of(meetings_of(snapshot), concerns_of(snapshot, "interaction"), chosen, snapshot.today, parameters)
    item = np.concatenate([terms.item[terms.colleague == colleague] for terms in sorts])
    return tuple(snapshot.nodes["interaction"].key[Grouping.of(item).codes].tolist())
