"""What a colleague's day takes from the accounts and deals that they own: findings and next actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brm.errors import NotComputable
from brm.guidance.candidates import ACTIONS
from brm.guidance.engine import decided, findings
from brm.guidance.next_actions import guidance
from brm.network.asks import asks_of
from brm.network.book import Network
from brm.network.items import BASIS
from brm.principal import Principal
from brm.services.shapes import amount, named
from brm.services.workspace import Kept, Workspace
from brm.store.protocol import Names, When
from scoring.action_record import record_of
from scoring.machinery.affiliations import amounts
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.types import NOBODY, Floats, Ints

KEPT = 512
"""Accounts and deals whose findings and next actions are kept while nothing is committed."""
OWED = frozenset({"promise_overdue", "request_overdue"})
"""Findings about work that the list shows itself."""
MODEL = "model"
"""A gain that the likelihood engine computed on an edited copy of the deal."""


class Around:
    """Findings and next actions of the accounts and deals that a colleague owns."""

    def __init__(
        self, workspace: Workspace, principal: Principal, network: Network, key: int, when: When, moment: When
    ) -> None:
        self._workspace, self._principal, self._network, self._when = workspace, principal, network, when
        parameters = workspace.parameters.network
        owned = network.duties.owned_by(key)
        accounts, deals = self._ranked(owned)
        self._accounts, self._deals = accounts[: int(parameters.day_accounts)], deals[: int(parameters.day_deals)]
        self.looked = {
            "accounts": len(self._accounts), "of_accounts": len(accounts), "deals": len(self._deals),
            "of_deals": len(deals),
        }  # fmt: skip
        work = network.work
        mine = work.owner == key
        scopes = np.concatenate([work.deal[mine], work.account[mine], self._accounts, self._deals])
        owners = network.duties.owner(scopes)
        keys = {int(each) for each in (*scopes, *owners)} - {NOBODY}
        self.names = workspace.store.names(keys, moment)
        self._settled = frozenset(decided(workspace, when))
        self._kept: Kept[list[dict[str, Any]]] = network.board.derived("kept for days", lambda _: Kept(KEPT))

    def _ranked(self, owned: Ints) -> tuple[Ints, Ints]:
        """The accounts and open deals among what somebody owns, the weightiest first."""
        snapshot, members = self._network.board.snapshot, self._network.members
        firms = self._network.book.graded.account
        accounts = owned[np.isin(owned, firms)]
        value = np.nan_to_num(_value(members.account, members.value, accounts))
        table = snapshot.nodes["opportunity"]
        row = table.rows(owned)
        row = row[row >= 0]
        row = row[is_open(snapshot)[row]]
        currency = self._workspace.parameters.employee.currency
        worth = amounts(table["margin"], table["margin_currency"], currency)
        size = amounts(table["amount"], table["amount_currency"], currency)
        weight = np.nan_to_num(np.where(np.isnan(worth), size, worth))[row]
        deals = table.key[row]
        return accounts[np.lexsort((accounts, -value))], deals[np.lexsort((deals, -weight))]

    def items(self, work: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The items, without findings about work that is on the list already, or that a next action answers.

        Of findings that ask for the same with the same person the first stays, of the deal or account that weighs most.
        """
        shown = {each["item"]["id"] for each in work if each["item"] is not None}
        most = int(self._workspace.parameters.network.day_findings)
        found = [each for key in self._deals.tolist() for each in self._actions(self.names[key])]
        answered = {_asked(each) for each in found}
        for key in (*self._deals.tolist(), *self._accounts.tolist()):
            taken = 0
            for each in self._findings(self.names[key], key):
                owed = each["finding"]["rule"] in OWED and shown & set(each["finding"]["evidence"])
                if taken == most or owed or _asked(each) in answered:
                    continue
                if each["person"] is not None:
                    answered.add(_asked(each))
                found.append(each)
                taken += 1
        return found

    def _key(self, what: str, id_: str) -> tuple[object, ...]:
        return what, id_, self._principal.allows("admin"), self._settled

    def _findings(self, scope: Names, key: int) -> list[dict[str, Any]]:
        made = self._kept.get(
            self._key("findings", scope.id),
            lambda: findings(self._workspace, self._principal, scope.id, when=self._when),
        )
        return [self._of_finding(each, scope, key) for each in made]

    def _of_finding(self, finding: Mapping[str, Any], scope: Names, key: int) -> dict[str, Any]:
        advice, target = finding["advice"], finding["target"]
        effect, person = advice["effect"], target if target is not None and target["type"] == "person" else None
        points = None if effect is None else self._points(effect, key, person)
        success = self._success(advice["play"])
        gain = self._at_value(points, success, key)
        return {
            **_blank(), "id": f"finding:{finding['id']}", "kind": "finding", "due": advice["due"], "person": person,
            **self._scoped(scope), "owner": advice["owner"], "gain": gain,
            "gain_basis": None if gain is None else BASIS, "points": points, "success": success,
            "severity": finding["severity"], "play": advice["play"], "path": advice["path"],
            "asks": _asks(advice["path"]), "finding": finding,
            "why": {"code": "finding", "numbers": finding["numbers"], "words": {}},
        }  # fmt: skip

    def _points(self, effect: Mapping[str, Any], key: int, person: Mapping[str, Any] | None) -> float:
        """Points of the scope's own score; a person's count by influence, as the customer score has them."""
        delta = float(effect["delta"])
        if effect["kind"] != "key_person" or person is None:
            return delta
        members = self._network.members
        asked = self._workspace.store.keys([person["id"]])[person["id"]]
        at = int(members.rows(np.array([key]), np.array([asked]))[0])
        return self._workspace.parameters.customer.key * float(members.influence[at]) * delta if at >= 0 else delta

    def _success(self, play: str) -> float | None:
        """The chance of a play that the engine knows as an action."""
        board = self._network.board
        return record_of(board.snapshot, play, board.parameters).success if play in ACTIONS else None

    def _at_value(self, points: float | None, success: float | None, key: int) -> dict[str, str] | None:
        """Points times their chance at the value of the account."""
        if points is None or not self._network.money:
            return None
        account = int(_account(self._network, key))
        members = self._network.members
        value = float(_value(members.account, members.value, np.array([account]))[0])
        currency = self._workspace.parameters.employee.currency
        chance = 1.0 if success is None else success
        return None if np.isnan(value) else amount(chance * points / 100 * value, currency)

    def _actions(self, deal: Names) -> list[dict[str, Any]]:
        def made() -> list[dict[str, Any]]:
            try:
                return list(guidance(self._workspace, self._principal, deal.id, when=self._when)["items"])
            except NotComputable:
                return []

        return [self._of_action(each, deal) for each in self._kept.get(self._key("guidance", deal.id), made)]

    def _of_action(self, action: Mapping[str, Any], deal: Names) -> dict[str, Any]:
        gain = None if action["gain"] is None else _before_cost(action)
        return {
            **_blank(), "id": f"next_action:{deal.id}:{action['key']}", "kind": "next_action", "due": action["due"],
            "person": action["person"], **self._scoped(deal), "owner": action["owner"], "gain": gain,
            "gain_basis": None if gain is None else MODEL, "points": action["points"], "success": action["success"],
            "severity": action["severity"], "play": action["action"], "path": action["path"],
            "asks": _asks(action["path"]), "action": action,
            "why": {"code": "next_action", "numbers": action["why"]["numbers"], "words": {}},
        }  # fmt: skip

    def _scoped(self, scope: Names) -> dict[str, Any]:
        """Account and deal of a finding or action."""
        is_deal = scope.type == "opportunity"
        return {"deal": named(scope) if is_deal else None, "account": None if is_deal else named(scope)}


def _account(network: Network, scope: int) -> int:
    snapshot = network.board.snapshot
    if snapshot.nodes["opportunity"].rows(np.array([scope]))[0] < 0:
        return scope
    return int(customer_of(snapshot, np.array([scope]))[0])


def _value(accounts: Ints, values: Floats, wanted: Ints) -> Floats:
    """The value of each wanted account, NaN for none."""
    if not len(accounts):
        return np.full(len(wanted), np.nan)
    at = np.searchsorted(accounts, wanted).clip(0, len(accounts) - 1)
    return np.where(accounts[at] == wanted, values[at], np.nan)


def _blank() -> dict[str, Any]:
    return {"days_late": 0, "item": None, "meet": None, "weight": 0.0, "introduces": [], "waits": None, "also": []}


def _asked(item: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """What is to be done with whom, or where it concerns nobody, in what."""
    person, scope = item["person"], item["deal"] or item["account"]
    return item["play"], None if person is None else person["id"], scope["id"] if person is None else None


def _before_cost(action: Mapping[str, Any]) -> dict[str, str]:
    return amount(float(action["gain"]["amount"]) + float(action["cost"]["amount"]), action["gain"]["currency"])


def _asks(path: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [] if path is None else asks_of(path)
