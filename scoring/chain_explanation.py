"""The explanation of one decision-chain score: the whole chain as numbers, and each person's evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.machinery.chain import EVERYBODY, PERSON
from scoring.machinery.people import people_of
from scoring.machinery.raw import person_inputs
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.reference import RULES, Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, SCOPE_TYPES, Contribution, EdgeRef, Explanation, Interval, Ints, ScoreFrame

if TYPE_CHECKING:
    from scoring.decision_chain import ChainInputs

UNITS = {"stance": "1", "rule": "1", "tie": "1", "champion": "1", "knowledge": "1", "veto": "1"}


def explain_chain(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    standings: Standings,
    rows: Ints,
    inputs: ChainInputs,
) -> Explanation:
    """Row ``i`` of the frame; ``rows`` are the standings of its chain."""
    members = [member_told(snapshot, standings, int(row), parameters) for row in rows]
    case = np.flatnonzero(inputs.case == i)
    for member, at in zip(members, case, strict=True):
        member["opinion"] = float(inputs.opinion[at])
    by_person = {member["person"]: member for member in members if member["person"] != NOBODY}
    return Explanation(
        kind=frame.kind,
        subject=int(frame.subject[i]),
        vendor=int(frame.vendor[i]),
        scope_type=SCOPE_TYPES[int(frame.scope_type[i])],
        scope=int(frame.scope[i]),
        score=float(frame.score[i]),
        interval=Interval(float(frame.p10[i]), float(frame.p90[i])),
        completeness=float(frame.completeness[i]),
        link="identity",
        base=float(frame.base[i]),
        contributions=tuple(_contributions(frame, i, standings, rows, members, by_person, parameters)),
        inputs=_chain_inputs(standings, rows, members, inputs, i, parameters),
        parameters=parameters.digest,
        reference=reference.digest,
    )


def member_told(snapshot: Snapshot, standings: Standings, row: int, parameters: Parameters) -> dict[str, Any]:
    """One member of a chain towards one vendor: all raw inputs, and the evidence by factor."""
    chains, member = standings.chains, int(standings.member[row])
    gap = int(chains.placeholder[member])
    found: dict[str, Any] = {
        "person": NOBODY,
        "placeholder": None if gap == PERSON else "everybody" if gap == EVERYBODY else BUYING_ROLES[gap],
        "roles": [role for at, role in enumerate(BUYING_ROLES) if int(chains.roles[member]) >> at & 1],
        "rights": float(chains.rights[member]),
        "susceptibility": float(chains.susceptibility[member]),
        "influence": float(chains.influence[member]),
        "stance": float(standings.stance[row]),
        "tie": float(standings.tie[row]),
        "depth": float(standings.depth[row]),
        "inputs": {},
        "evidence": {},
    }
    if gap == PERSON:
        found["person"] = int(people_of(snapshot).key[chains.person[member]])
        found["inputs"], found["evidence"] = person_inputs(snapshot, standings, row, parameters)
    return found


def _chain_inputs(
    standings: Standings,
    rows: Ints,
    members: list[dict[str, Any]],
    inputs: ChainInputs,
    i: int,
    parameters: Parameters,
) -> dict[str, Any]:
    chains, given = standings.chains, parameters.decision_chain
    at = standings.member[rows]
    listening = chains.listening[at][:, at].toarray()
    scope = int(chains.scope[at[0]])
    return {
        "members": [{name: value for name, value in member.items() if name != "evidence"} for member in members],
        "listening": listening.tolist(),
        "rule_weights": dict(zip(RULES, inputs.weights[i].tolist(), strict=True)),
        "expected_roles": _names(int(chains.expected[scope])),
        "identified_roles": _names(int(chains.known_roles[scope] & chains.expected[scope])),
        "constants": {
            "stance": given.stance,
            "tie": given.tie,
            "champion": given.champion,
            "knowledge": given.knowledge,
            "veto": given.veto,
            "depth_top": parameters.depth.top,
        },
    }


def _names(mask: int) -> list[str]:
    return [role for at, role in enumerate(BUYING_ROLES) if mask >> at & 1]


def _contributions(
    frame: ScoreFrame,
    i: int,
    standings: Standings,
    rows: Ints,
    members: list[dict[str, Any]],
    by_person: Mapping[int, dict[str, Any]],
    parameters: Parameters,
) -> list[Contribution]:
    given = parameters.decision_chain
    weights = {"rule": 50 * given.stance, "tie": 100 * given.tie}
    weights |= {"champion": 100 * given.champion, "knowledge": 100 * given.knowledge}
    made = []
    for place, (factor, subject, value, effect) in enumerate(frame.parts(i)):
        # stance parts come first, in the order of the members
        member = members[place] if factor == "stance" else by_person.get(subject)
        weight = 50 * given.stance * member["influence"] if factor == "stance" and member else 0.0
        made.append(
            Contribution(
                factor=factor,
                value=value,
                unit=UNITS[factor],
                prior=0.0,
                weight=-100 * given.veto if factor == "veto" else weights.get(factor, weight),
                effect=effect,
                code=_code(frame.kind, factor, subject),
                subject=None if subject == NOBODY else subject,
                evidence=_evidence(factor, frame, i, members, member),
                inputs=_inputs(member),
            )
        )
    return made


def _code(kind: str, factor: str, subject: int) -> str:
    if factor == "stance" and subject == NOBODY:
        return f"{kind}.placeholder"
    return f"{kind}.{factor}"


def _inputs(member: Mapping[str, Any] | None) -> dict[str, Any]:
    if member is None:
        return {}
    names = ("placeholder", "roles", "rights", "susceptibility", "influence", "opinion")
    return {name: member[name] for name in names}


def _evidence(
    factor: str,
    frame: ScoreFrame,
    i: int,
    members: list[dict[str, Any]],
    member: Mapping[str, Any] | None,
) -> tuple[int | EdgeRef, ...]:
    if factor in ("stance", "veto"):
        return tuple(member["evidence"].get("stance", ())) if member else ()
    if factor == "tie":
        return tuple(key for each in members for key in each["evidence"].get("tie", ()))
    if factor == "champion":
        return tuple(key for each in members for key in each["evidence"].get("depth", ()))
    if factor == "knowledge":
        deal = int(frame.subject[i])
        return tuple(("plays", each["person"], deal) for each in members if each["roles"])
    return ()
