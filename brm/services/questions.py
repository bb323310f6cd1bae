"""The four questions and twenty criteria of a deal: for us and each rival, with evidence, claims and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import moments
from brm.services.editing import PLAIN, Terms, commit, identity_of
from brm.services.moments import now
from brm.services.shapes import named
from brm.services.subjects import OUR_VENDOR, Subject, find_subject, vendor_key
from brm.services.visibility import hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.changes import Change, EdgeRef, NodeRef, Receipt
from graph_schema.values import datetime_of, instant_from
from scoring.criteria.answers import Answers, answers_of, prior_of, weight_of
from scoring.criteria.catalogue import CRITERIA, IDS, NEEDED, QUESTIONS, Criterion
from scoring.criteria.inner import inner_four
from scoring.machinery.beliefs import NO, YES
from scoring.machinery.contenders import contenders_of
from scoring.machinery.control_points import POINTS
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import US

WEEKS, MOST_WEEKS = 8, 104
WORDS = {YES: "yes", NO: "no"}
ANSWERS = {"yes": 1.0, "no": 0.0}


def find_deal(workspace: Workspace, principal: Principal, id_: str, when: When = NOW) -> Subject:
    """The opportunity with this id; InvalidInput where it is something else."""
    subject = find_subject(workspace, principal, id_, when)
    if subject.type != "opportunity":
        raise InvalidInput(
            f"{id_} is a {subject.type}, not a deal", remedy="give the id of an opportunity", field="id", id=id_
        )
    return subject


def questions(
    workspace: Workspace, principal: Principal, id_: str, *, weeks: int = WEEKS, when: When = NOW
) -> dict[str, Any]:
    """How the questions and criteria of a deal stand, and how each stood week by week.

    ``vendors`` are us, then the rivals by name; each criterion has its belief, what it rests on, and beside it
    the latest claim of a person. The history is read against the Reference of its last day.
    """
    principal.require("read")
    if not 0 <= weeks <= MOST_WEEKS:
        raise InvalidInput(
            f"{weeks} weeks cannot be shown", remedy=f"ask for 0 to {MOST_WEEKS} weeks", field="weeks", value=weeks
        )
    deal = find_deal(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot(list(deal.accounts) or None, when)
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([deal.id])[deal.id]
    reference, parameters = workspace.reference(when), workspace.parameters
    with workspace.timing("questions"):
        found = answers_of(snapshot, reference, parameters, scopes=np.array([key]))
        inner = inner_four(snapshot, reference, parameters, key)
        points = _control_points(snapshot, reference, parameters, key)
    behind = {int(each) for beliefs in found.beliefs for each in beliefs.items.observation}
    names = workspace.store.names(behind | {int(each) for each in found.vendor if each != US}, moment)
    hidden = hidden_ids(workspace.store, principal, (names[each].id for each in behind), moment)
    rows = sorted(range(len(found.vendor)), key=lambda at: _place(int(found.vendor[at]), names))
    return {
        "subject": {"type": deal.type, "id": deal.id, "name": deal.name},
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "vendors": [
            {
                **_vendor_shape(workspace, found, at, names, hidden),
                "control_points": points.get(int(found.vendor[at]), []),
            }
            for at in rows
        ],
        "inner_four": [
            {
                "vendor": _vendor(each.vendor, names),
                "fit": {"value": each.fit, "n": each.fit_evidence},
                "closeness": {"value": each.closeness, "completeness": each.closeness_known},
                "threat": each.threat,
            }
            for each in inner
        ],
        "history": _history(workspace, deal, key, names, weeks, when, moment) if weeks else [],
        "parameters": workspace.parameter_set.named,
        "revision": revision,
    }


def _control_points(
    snapshot: Snapshot, reference: Reference, parameters: Parameters, deal: int
) -> dict[int, list[dict[str, str]]]:
    """The four control points of each vendor, as the likelihood counts them."""
    contest = contenders_of(snapshot, reference, parameters, np.array([deal]))
    return {
        int(vendor): [
            {"point": point, "answer": _word(int(answer))} for point, answer in zip(POINTS, answers, strict=True)
        ]
        for vendor, answers in zip(contest.measures.vendor, contest.points.answer, strict=True)
    }


def _place(vendor: int, names: Mapping[int, Names]) -> tuple[bool, str, str]:
    return (False, "", "") if vendor == US else (True, names[vendor].name, names[vendor].id)


def _vendor(key: int, names: Mapping[int, Names]) -> dict[str, Any]:
    return {"id": OUR_VENDOR, "name": None} if key == US else {"id": names[key].id, "name": names[key].name}


def _word(answer: int) -> str:
    return WORDS.get(int(answer), "unknown")


def _vendor_shape(
    workspace: Workspace, found: Answers, row: int, names: Mapping[int, Names], hidden: set[str]
) -> dict[str, Any]:
    return {
        "vendor": _vendor(int(found.vendor[row]), names),
        "questions": _question_shapes(found, row),
        "criteria": [
            _criterion_shape(workspace, found, row, place, each, names, hidden) for place, each in enumerate(CRITERIA)
        ],
        "blind_spots": [
            {"criterion": id_, "weight": weight} for id_, weight in found.blind_spots(row, workspace.parameters)
        ],
    }


def _question_shapes(found: Answers, row: int) -> list[dict[str, Any]]:
    return [
        {
            "id": id_,
            "belief": float(found.question[row, place]),
            "answer": _word(int(found.question_answer[row, place])),
            "waits_for": [each for each in NEEDED.get(id_, ()) if found.answer[row, IDS.index(each)] != YES],
        }
        for place, id_ in enumerate(QUESTIONS)
    ]


def _criterion_shape(
    workspace: Workspace,
    found: Answers,
    row: int,
    place: int,
    criterion: Criterion,
    names: Mapping[int, Names],
    hidden: set[str],
) -> dict[str, Any]:
    beliefs, claim = found.beliefs[place], float(found.claim[row, place])
    items: list[dict[str, Any]] = [
        {
            "evidence": named(names[int(beliefs.items.observation[at])]),
            "value": float(beliefs.items.value[at]),
            "reliability": float(beliefs.items.reliability[at]),
            "age": int(beliefs.items.age[at]),
            "weight": float(beliefs.items.weight[at]),
        }
        for at in beliefs.items.of(row)
    ]
    shown = [each for each in items if each["evidence"]["id"] not in hidden]
    prior = prior_of(criterion, workspace.parameters)
    return {
        "id": criterion.id,
        "question": criterion.question,
        "side": criterion.side,
        "weight": weight_of(criterion, workspace.parameters),
        "prior": {"mean": prior.mean, "strength": prior.strength},
        "belief": float(found.belief[row, place]),
        "n": float(found.evidence[row, place]),
        "answer": _word(int(found.answer[row, place])),
        "claim": None if np.isnan(claim) else claim,
        "items": sorted(shown, key=lambda each: -each["weight"]),
        "items_hidden": len(items) - len(shown),
    }


def _history(
    workspace: Workspace, deal: Subject, key: int, names: Mapping[int, Names], weeks: int, when: When, moment: When
) -> list[dict[str, Any]]:
    """Week by week, the last day last; a week in which the deal was not there has no vendors."""
    reference, asked = workspace.reference(when), np.array([key])
    points = []
    for back in range(7 * weeks, -1, -7):
        then = instant_from(datetime_of(moment.as_of or 0) - timedelta(days=back))
        at = when if back == 0 else moments.back_at(moment, then)
        snapshot = workspace.snapshot(list(deal.accounts) or None, at)
        found = answers_of(snapshot, reference, workspace.parameters, scopes=asked)
        day = moments.local_day(then, workspace.settings.zone).isoformat()
        rows = [row for row in range(len(found.vendor)) if int(found.vendor[row]) in (US, *names)]
        rows.sort(key=lambda row: _place(int(found.vendor[row]), names))
        points.append({"as_of": day, "vendors": [_stood(found, row, names) for row in rows]})
    return points


def _stood(found: Answers, row: int, names: Mapping[int, Names]) -> dict[str, Any]:
    return {
        "vendor": _vendor(int(found.vendor[row]), names),
        "questions": {
            id_: {
                "belief": float(found.question[row, place]),
                "answer": _word(int(found.question_answer[row, place])),
            }
            for place, id_ in enumerate(QUESTIONS)
        },
        "criteria": {
            id_: {"belief": float(found.belief[row, place]), "answer": _word(int(found.answer[row, place]))}
            for place, id_ in enumerate(IDS)
        },
    }


def answer(
    workspace: Workspace, principal: Principal, id_: str, given: Mapping[str, str], *, vendor: str | None = None,
    note: str | None = None, said_by: str | None = None, at: str | None = None, terms: Terms = PLAIN,
) -> tuple[list[str], Receipt]:  # fmt: skip
    """Record a person's answers (criterion -> yes or no) about a deal: each is one opinion, in one commit.

    Without ``said_by`` they are the principal's own, without a vendor about us, without ``at`` of now. With an
    idempotency key their ids follow from it, so that the same again, with its ``at``, is done once. Returns the
    ids of the observations written.
    """
    principal.require("write")
    values = parsed(given)
    deal = find_deal(workspace, principal, id_)
    toward = None if vendor in (None, OUR_VENDOR) else _rival(workspace, deal, str(vendor))
    source = said_by or principal.person_id
    if source is not None:
        find_subject(workspace, principal, source, NOW)
    moment = now() if at is None else moments.parse_moment(at, principal.zone, "at")
    changes, ids = list[Change](), list[str]()
    for criterion, value in values.items():
        identity = identity_of(terms, deal.id, criterion)
        properties = {"at": moment, "kind": f"criterion:{criterion}", "value": value, "source_class": "opinion"}
        if note:
            properties["note"] = note
        changes.append(Change("set", NodeRef("observation", identity), properties, valid_from=moment))
        ends = (("about", deal.id), ("toward", toward), ("said_by", source), ("concerns", deal.id))
        changes += [
            Change("set", EdgeRef(type_, identity, to), valid_from=moment) for type_, to in ends if to is not None
        ]
        ids.append(identity)
    return ids, commit(workspace.store, principal, tuple(changes), terms)


def _rival(workspace: Workspace, deal: Subject, vendor: str) -> str | None:
    snapshot: Snapshot = workspace.snapshot(list(deal.accounts) or None)
    return None if vendor_key(workspace, snapshot, vendor) == US else vendor


def parsed(given: Mapping[str, str]) -> dict[str, float]:
    """The answers as beliefs; InvalidInput names what is no criterion or no answer."""
    if not given:
        raise InvalidInput("no answer is given", remedy="answer a criterion: profit=yes", field="answers")
    for criterion, word in given.items():
        if criterion not in IDS:
            raise InvalidInput(
                f"there is no criterion {criterion!r}",
                remedy=f"use one of {', '.join(IDS)}",
                field="criterion",
                value=criterion,
            )
        if word not in ANSWERS:
            raise InvalidInput(
                f"{criterion}: {word!r} is no answer", remedy="answer yes or no", field=criterion, value=word
            )
    return {criterion: ANSWERS[word] for criterion, word in given.items()}


def told(pairs: Sequence[str]) -> dict[str, str]:
    """Answers written as ``criterion=yes``."""
    found = {}
    for pair in pairs:
        criterion, equals, word = pair.partition("=")
        if not equals:
            raise InvalidInput(f"{pair!r} is no answer", remedy="write criterion=yes or criterion=no", field="answer")
        found[criterion.strip()] = word.strip().lower()
    return found
