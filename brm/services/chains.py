"""The companies around a customer: who supplies, resells, represents, serves and pays whom, groups and partners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments
from brm.services.shapes import named
from brm.services.subjects import find_account
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.changes import EdgeRef
from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.company_links import PART_OF, PARTNERS, SISTER, CompanyTies, Link, company_ties, links_of
from scoring.frames import account_rows
from scoring.machinery.arrays import lookup
from scoring.machinery.people import current
from scoring.machinery.scopes import deals_at
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, ScoreFrame

CUSTOMER = (1 << code_number("company_kind", "customer")) | (1 << code_number("company_kind", "prospect"))


def network(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """The companies that chains, groups and deals join to one, each with our tie to it and our score there.

    Whoever we have a tie with is a customer in the broad sense; ``customer`` tells by what, None: by nothing.
    """
    principal.require("read")
    subject = find_account(workspace, principal, id_, when)
    revision = workspace.store.revision()
    board = workspace.frames(when)
    snapshot = board.snapshot
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([subject.id])[subject.id]
    links = links_of(snapshot, key)
    ties = board.derived("ties by company", lambda each: company_ties(each.snapshot, each.parameters))
    view = _View(snapshot, ties, board["customer"], workspace.parameters.tie.active)
    names = workspace.store.names(view.mentioned(key, links), moment)
    items = [{**shape, **view.told(each.company, names)} for each, shape in _shapes(key, links, names)]
    return {
        "subject": named(subject),
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "company": view.told(key, names),
        "items": items,
        "next": None,
        "total": len(items),
        "revision": revision,
    }


class _View:
    """What is ours in companies: kinds, the strongest tie, the score, and by what each is a customer."""

    def __init__(self, snapshot: Snapshot, ties: CompanyTies, frame: ScoreFrame, active: float) -> None:
        self._snapshot, self._ties, self._frame, self._active = snapshot, ties, frame, active
        companies = snapshot.nodes["company"]
        self._ours = companies.key[(companies["kinds"] & 1) > 0]

    def mentioned(self, key: int, links: list[Link]) -> set[int]:
        """Everybody that the answer names."""
        found = {key}.union(*({each.company, each.source, each.target, each.vendor, *each.through} for each in links))
        at = lookup(self._ties.company, np.array(sorted(found)))
        known = at[at >= 0]
        return (found | set(self._ties.colleague[known].tolist()) | set(self._ties.person[known].tolist())) - {NOBODY}

    def told(self, company: int, names: dict[int, Names]) -> dict[str, Any]:
        """One company."""
        ours = bool(np.isin(company, self._ours))
        at = int(lookup(self._ties.company, np.array([company]))[0])
        tie = None
        if at >= 0 and not ours:
            who, person = int(self._ties.colleague[at]), int(self._ties.person[at])
            tie = {
                "strength": float(self._ties.strength[at]), "people": int(self._ties.people[at]),
                "colleague": named(names[who]), "person": named(names[person]),
            }  # fmt: skip
        row = int(account_rows(self._frame, np.array([company]))[0])
        score = None if row < 0 or np.isnan(self._frame.score[row]) else float(self._frame.score[row])
        return {
            "company": named(names[company]), "kinds": self._kinds(company), "ours": ours,
            "customer": None if ours else self._reason(company, tie), "tie": tie, "score": score,
        }  # fmt: skip

    def _mask(self, company: int) -> int:
        table = self._snapshot.nodes["company"]
        row = int(table.rows(np.array([company]))[0])
        return int(table["kinds"][row]) if row >= 0 else 0

    def _kinds(self, company: int) -> list[str]:
        mask = self._mask(company)
        return [word for at, word in enumerate(VOCABULARIES["company_kind"]) if mask >> at & 1]

    def _reason(self, company: int, tie: dict[str, Any] | None) -> str | None:
        if self._mask(company) & CUSTOMER:
            return "kind"
        if len(deals_at(self._snapshot, np.array([company]))):
            return "deal"
        if tie is not None and tie["strength"] >= self._active:
            return "tie"
        table, holds = current(self._snapshot, "supplies")
        beside = (table.source == company) & np.isin(table.target, self._ours)
        beside |= (table.target == company) & np.isin(table.source, self._ours)
        return "chain" if bool((holds & beside).any()) else None


def _shapes(key: int, links: list[Link], names: dict[int, Names]) -> Iterator[tuple[Link, dict[str, Any]]]:
    """Each link as it is told; the deals on which a partner has one role for one vendor are told together."""
    of_deals: dict[tuple[int, int, int], dict[str, Any]] = {}
    for each in links:
        if each.relation != PARTNERS:
            yield each, _shape(each, names)
            continue
        same = (each.company, each.role, each.vendor)
        deal, edge = named(names[each.target]), _edge(each, names)
        if same in of_deals:
            of_deals[same]["deals"].append(deal)
            of_deals[same]["evidence"].append(edge)
            continue
        of_deals[same] = {**_shape(each, names), "to": named(names[key]), "deals": [deal]}
        yield each, of_deals[same]


def _shape(link: Link, names: dict[int, Names]) -> dict[str, Any]:
    return {
        "relation": link.relation,
        "direction": link.direction,
        "depth": link.depth,
        "through": [named(names[each]) for each in link.through],
        "from": named(names[link.source]),
        "to": named(names[link.target]),
        "role": _role(link),
        "vendor": None if link.vendor == NOBODY else named(names[link.vendor]),
        "deals": [],
        "evidence": [_edge(link, names)],
    }


def _role(link: Link) -> str | None:
    return None if link.role < 0 else VOCABULARIES["partner_role"][link.role]


def _edge(link: Link, names: dict[int, Names]) -> str:
    """The id of the edge behind a link."""
    source, target = names[link.source].id, names[link.target].id
    if link.relation in (PART_OF, SISTER):
        return EdgeRef("part_of", source, target).id
    if link.relation == PARTNERS:
        return EdgeRef("partners", source, target, _role(link) or "").id
    return EdgeRef("supplies", source, target, link.relation).id
