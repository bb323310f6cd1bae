"""Account plans of the demonstration world: objectives, notes, and actions that something came of.

It draws from a random stream of its own, after everything else, so that the rest of the world stays as it is.
"""

from __future__ import annotations

import numpy as np

from brm.demo.build import DAY, Builder
from brm.demo.organisations import Account, Organisations
from graph_schema.changes import EdgeRef

EVERY = 3
"""Every so many accounts one has a plan that people wrote."""
AIMS_ZH = {"relationship": "成为首选供应商", "development": "再进入一条产品线", "revenue": "全年签约额"}
AIMS_EN = {"relationship": "Become their first choice", "development": "Open one more product line",
           "revenue": "Contracts signed in the year"}  # fmt: skip
NOTES_ZH = {
    "strategy": "先从运维切入，再谈平台",
    "risk": "采购流程明年可能集中到集团",
    "customer_goal": "三年内把能耗降一成",
}
NOTES_EN = {"strategy": "Start with operations, the platform follows",
            "risk": "Purchasing may move to the group next year",
            "customer_goal": "Cut energy use by a tenth in three years"}  # fmt: skip
VISIT_ZH, VISIT_EN = "安排高层拜访", "Arrange a visit of our executive"


def build_plans(b: Builder, world: Organisations, seed: int) -> None:
    """Plans of some accounts; what came of an action is a contact that there was anyway."""
    b.rng = np.random.default_rng([seed, 7])
    contacts = _contacts(b)
    for account in world.accounts[::EVERY]:
        zh = account.language == "zh"
        _aims(b, account, AIMS_ZH if zh else AIMS_EN)
        for topic, text in (NOTES_ZH if zh else NOTES_EN).items():
            if b.chance(0.6):
                written = b.today - int(b.rng.integers(20, 200))
                note = b.node("note", known=written, since=written, text=text, topic=topic)
                b.edge("belongs_to", note, account.id, since=written)
        _visit(b, account, contacts, VISIT_ZH if zh else VISIT_EN)


def _aims(b: Builder, account: Account, names: dict[str, str]) -> None:
    targets = {"relationship": 60.0, "development": 4.0, "revenue": float(b.rng.integers(2, 9)) * 1_000_000}
    for kind, name in names.items():
        if b.chance(0.75):
            since = b.today - int(b.rng.integers(90, 300))
            aim = b.node(
                "objective", known=since, since=since, name=name, kind=kind, target=targets[kind],
                due_on=since + 365, status="open",
            )  # fmt: skip
            b.edge("belongs_to", aim, account.id, since=since)
            b.edge("owned_by", aim, account.owners[0], since=since)


def _contacts(b: Builder) -> dict[str, list[tuple[int, str]]]:
    """By person the interactions that they took part in, as moment and id."""
    found: dict[str, list[tuple[int, str]]] = {}
    for change in b.changes:
        if isinstance(change.entity, EdgeRef) and change.entity.type == "took_part":
            found.setdefault(change.entity.source, []).append((change.valid_from or 0, change.entity.target))
    return {person: sorted(each) for person, each in found.items()}


def _visit(b: Builder, account: Account, contacts: dict[str, list[tuple[int, str]]], name: str) -> None:
    """An action aimed at a senior person, done where they were met in the time after it was set."""
    person = max(account.members, key=lambda each: (each.level, each.id))
    made = b.today - int(b.rng.integers(110, 160))
    due = made + 40
    action = b.node(
        "action", known=made, since=made, name=name, due_on=due, status="open", hours=8.0, score_kind="key_person",
        aims_at=person.id, expected_effect=round(float(b.rng.uniform(2, 9)), 1),
    )  # fmt: skip
    b.edge("belongs_to", action, account.id, since=made)
    b.edge("owned_by", action, account.owners[0], since=made)
    met = [(at, id_) for at, id_ in contacts.get(person.id, ()) if b.moment(made + 1) <= at <= b.moment(due)]
    if met:
        b.revise("action", action, due, status="done", done_on=due)
        for at, id_ in met[-2:]:
            # a day begins before whatever happens on it
            b.edge("results_from", id_, action, since=due if at <= due * DAY else due + 1)
