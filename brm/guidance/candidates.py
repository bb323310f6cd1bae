"""Everything that could be done next in a deal: which action, on whom or what, by which colleague."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from brm.guidance import deal_edits
from brm.guidance.assembling import conflicts_among, levels_of, owners_of, superiors_of
from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.concerns import customer_of
from scoring.machinery.contenders import Contenders
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Patch, Snapshot
from scoring.types import NOBODY, US
from scoring.view import ChainView

DIRECT = (
    "win_over", "build_champion", "reconcile", "meet", "get_introduced", "executive_meeting", "ask_small_act",
    "prove_fit", "close_requirement",
)  # fmt: skip
"""Actions that change what is there."""
INFORMATION = ("ask_event", "ask_funds", "ask_shortlist", "ask_rivals", "identify_role")
"""Actions that change what is known."""
ACTIONS = (*DIRECT, *INFORMATION)
CLAIMED = "claimed"
STEPS = {CLAIMED: "documented", "documented": "tested"}
"""The proof that we can bring ourselves, one step up; a delivered reference takes a delivery."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What we may be told: how probable that is by what is believed now, and what it would make of the graph."""

    chance: float
    edit: Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An action that could be taken. Keys are snapshot keys; ``other`` is whom the person is in conflict with.

    An action that changes things has an ``edit``, one that asks has ``answers``. Of candidates with the same
    ``exclusive`` only one makes sense. ``numbers`` and ``words`` (codes) are what it rests on.
    """

    action: str
    key: str
    exclusive: str
    person: int | None = None
    other: int | None = None
    owner: int | None = None
    requirement: int | None = None
    role: str | None = None
    edit: Patch | None = None
    answers: tuple[Answer, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """The deal as candidates are found in it.

    ``introducers`` are colleagues on the best way to people whom nobody of ours knows; ``fresh`` gives keys that
    no entity has.
    """

    snapshot: Snapshot
    deal: int
    view: ChainView
    found: Contenders
    parameters: Parameters
    introducers: Mapping[int, int]
    fresh: Iterator[int]

    @property
    def owners(self) -> tuple[int, ...]:
        """Who of ours looks after the deal or its account."""
        account = int(customer_of(self.snapshot, np.array([self.deal]))[0])
        return owners_of(self.snapshot, self.deal, account)


def candidates_of(where: Field) -> list[Candidate]:
    """All that could be done, each with an owner where there is anybody; in a fixed order."""
    owners = where.owners
    default = owners[0] if owners else None
    return [
        *_people(where, default), *_conflicts(where, default), *_requirements(where, default),
        *_questions(where, default),
    ]  # fmt: skip


def _people(where: Field, default: int | None) -> Iterator[Candidate]:
    levels, seconds = levels_of(where.snapshot, where.view.person), _second_champions(where)
    for at, key in enumerate(where.view.person):
        if key != NOBODY:
            yield from _person(where, at, int(key), levels.get(int(key)), default, int(key) in seconds)


def _second_champions(where: Field) -> set[int]:
    """Who could stand beside the only champion: for us already, and on another reporting line."""
    view, limits = where.view, where.parameters.guidance
    known = view.person != NOBODY
    champions = known & (view.stance >= limits.supporter) & (view.depth > limits.untested_depth)
    if champions.sum() != 1:
        return set()
    champion, above = int(view.person[champions][0]), superiors_of(where.snapshot)
    line = {champion, above.get(champion)}
    able = view.person[known & (view.stance > 0)].tolist()
    return {key for key in able if key not in line and above.get(key) != champion}


def _conflicts(where: Field, default: int | None) -> Iterator[Candidate]:
    """Every conflict between two who are for us."""
    view, limits = where.view, where.parameters.guidance
    place = {int(key): at for at, key in enumerate(view.person) if key != NOBODY}
    for first, second in conflicts_among(where.snapshot, tuple(place)):
        stances = {name: float(view.stance[place[key]]) for name, key in (("stance", first), ("other_stance", second))}
        if min(stances.values()) >= limits.supporter:
            best = int(view.best[place[first]])
            yield Candidate(
                action="reconcile", key=f"reconcile:{first}:{second}", exclusive=f"reconcile:{first}:{second}",
                person=first, other=second, owner=best if best != NOBODY else where.introducers.get(first, default),
                edit=deal_edits.reconciled(first, second), numbers=stances,
            )  # fmt: skip


def _person(
    where: Field, at: int, key: int, level: float | None, default: int | None, second: bool
) -> Iterator[Candidate]:
    view, limits, fresh, snapshot = where.view, where.parameters.guidance, where.fresh, where.snapshot
    stance, depth, tie = float(view.stance[at]), float(view.depth[at]), float(view.tie[at])
    owner = int(view.best[at]) if view.best[at] != NOBODY else where.introducers.get(key, default)
    numbers = {"stance": stance, "depth": depth, "tie": tie, "influence": float(view.influence[at])}

    def made(action: str, exclusive: str, edit: Patch) -> Candidate:
        return Candidate(
            action=action, key=f"{action}:{key}", exclusive=f"{exclusive}:{key}", person=key, owner=owner, edit=edit,
            numbers=numbers,
        )  # fmt: skip

    reached = min(1.0, stance + limits.stance_step)
    if second:
        # whoever becomes a champion is won over and acts for us: the same as both of those actions
        facts = ("stance", max(reached, limits.supporter)), ("depth", limits.untested_depth + 1)
        news = {next(fresh): fact for fact in facts}
        yield made("build_champion", "attitude", deal_edits.seen(snapshot, news, where.deal, about=key))
    if stance < 1:
        seen = deal_edits.observed(snapshot, next(fresh), "stance", reached, where.deal, about=key)
        yield made("win_over", "attitude" if second else "stance", seen)
    if depth < where.parameters.depth.top and stance >= limits.supporter and depth <= limits.untested_depth:
        rung = min(where.parameters.depth.top, np.floor(depth) + 1)
        seen = deal_edits.observed(snapshot, next(fresh), "depth", float(rung), where.deal, about=key)
        yield made("ask_small_act", "attitude" if second else "depth", seen)
    if owner is None:
        return
    action = "get_introduced" if tie < limits.tie_weak else "meet"
    yield made(action, "meeting", deal_edits.meeting(snapshot, next(fresh), key, owner, where.deal))
    if level is not None and level >= where.parameters.actions.executive_level:
        together = deal_edits.meeting(snapshot, next(fresh), key, owner, where.deal, executive=True)
        yield made("executive_meeting", "meeting", together)


def _requirements(where: Field, owner: int | None) -> Iterator[Candidate]:
    snapshot = where.snapshot
    ours = people_of(snapshot).ours
    if not len(ours):
        return
    requires, required = current(snapshot, "requires")
    meets, holds = current(snapshot, "meets")
    for requirement in np.unique(requires.target[required & (requires.source == where.deal)]).tolist():
        rows = np.flatnonzero(holds & (meets.target == requirement) & np.isin(meets.source, ours))
        shown = _Shown(int(ours[0]), 0.0, None)
        if len(rows):
            stated, code = float(meets["met"][rows[0]]), int(meets["proof"][rows[0]])
            proof = VOCABULARIES["proof"][code] if code >= 0 else CLAIMED
            shown = _Shown(int(meets.source[rows[0]]), 1.0 if np.isnan(stated) else stated, proof)
        yield from _requirement(where, requirement, shown, owner)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a company of ours shows of a requirement: the share met, and its proof; None where nothing is shown."""

    company: int
    met: float
    proof: str | None


def _requirement(where: Field, requirement: int, shown: _Shown, owner: int | None) -> Iterator[Candidate]:
    def made(action: str, met: float, proof: str) -> Candidate:
        edit = deal_edits.judged(where.snapshot, shown.company, requirement, met, proof)
        return Candidate(
            action=action, key=f"{action}:{requirement}", exclusive=f"requirement:{requirement}", owner=owner,
            requirement=requirement, edit=edit, words={"proof": proof}, numbers={"met": shown.met},
        )  # fmt: skip

    if shown.met < 1:
        yield made("close_requirement", 1.0, shown.proof or STEPS[CLAIMED])
    if shown.proof in STEPS:
        yield made("prove_fit", shown.met, STEPS[shown.proof])


def _questions(where: Field, owner: int | None) -> Iterator[Candidate]:
    found, deal = where.found, where.deal
    case = int(np.flatnonzero(found.measures.vendor == US)[0])
    asked = {
        "ask_event": ("event", float(found.decision.event.mean[0])),
        "ask_funds": ("funds", float(found.decision.funds.mean[0])),
        "ask_shortlist": ("shortlist", float(found.presence.shortlist.mean[case])),
        "ask_rivals": ("criterion:field_complete", float(found.complete.mean[0])),
    }
    ours = people_of(where.snapshot).ours
    for action, (kind, belief) in asked.items():
        toward = int(ours[0]) if action == "ask_shortlist" and len(ours) else None
        told = [
            deal_edits.observed(
                where.snapshot,
                next(where.fresh),
                kind,
                value,
                deal,
                about=deal,
                toward=toward,
                source=deal_edits.INSIDE,
            )
            for value in (1.0, 0.0)
        ]
        answers = (Answer(belief, told[0]), Answer(1 - belief, told[1]))
        yield Candidate(
            action=action, key=action, exclusive=action, owner=owner, answers=answers, numbers={"belief": belief}
        )
    for role in where.view.expected_roles:
        if role not in where.view.identified_roles:
            edit = deal_edits.role_player(next(where.fresh), role, deal)
            yield Candidate(
                action="identify_role", key=f"identify_role:{role}", exclusive=f"identify_role:{role}", owner=owner,
                role=role, answers=(Answer(1.0, edit),),
            )  # fmt: skip
