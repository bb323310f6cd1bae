"""Actions and promises that are not done, with whose they are and what they are to bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import lookup
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current
from scoring.network.members import Members
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY, Floats, Ints

UNDATED = 1 << 40
"""The day of what is due on no day: after all days."""
ENDED = tuple(code_number("work_status", word) for word in ("done", "ignored", "cancelled"))
CUSTOMER, KEY_PERSON, LIKELIHOOD = (
    code_number("score_kind", kind) for kind in ("customer", "key_person", "likelihood")
)


@dataclass(frozen=True, slots=True)
class Work:
    """Open actions by key: account, deal, owner, whom it is promised to, and the person it is about (`NOBODY`: none).

    ``points`` of the account's customer score are expected of it (NaN: not told), ``money`` of the margin of its deal.
    """

    action: Ints
    account: Ints
    deal: Ints
    owner: Ints
    promised: Ints
    person: Ints
    due: Ints
    points: Floats
    money: Floats

    def __len__(self) -> int:
        return len(self.action)


def open_actions(snapshot: Snapshot, members: Members, parameters: Parameters) -> Work:
    """All actions that are neither done nor given up.

    Model: an effect expected on the customer score counts as it stands, one on a person's score by the person's
    influence (`Members`, K = W (1 + s)/2), one on a likelihood by the margin of its deal.
    """
    actions = snapshot.nodes["action"]
    rows = np.flatnonzero(~np.isin(actions["status"], ENDED) & (actions["done_on"] == MISSING))
    key = actions.key[rows]
    scope, owner, promised = (_target(snapshot, name, key) for name in ("belongs_to", "owned_by", "promised_to"))
    is_deal = lookup(snapshot.nodes["opportunity"].key, scope) >= 0
    deal = np.where(is_deal, scope, NOBODY)
    account = np.where(is_deal, customer_of(snapshot, scope), scope)
    aim = actions["aims_at"][rows]
    aimed = np.where(lookup(snapshot.nodes["person"].key, aim) >= 0, aim, NOBODY)
    person = np.where(promised != NOBODY, promised, aimed)
    due = actions["due_on"][rows]
    effect, kind = actions["expected_effect"][rows], actions["score_kind"][rows]
    at = members.rows(account, person)
    influence = np.where(at >= 0, members.influence[at] if len(members) else 0.0, np.nan)
    by_person = np.where(kind == KEY_PERSON, parameters.customer.key * influence * effect, np.nan)
    deals = snapshot.nodes["opportunity"]
    row = deals.rows(deal)
    margin = amounts(deals["margin"], deals["margin_currency"], parameters.employee.currency)
    worth = np.where(row >= 0, margin[row] if len(deals) else np.nan, np.nan)
    return Work(
        action=key,
        account=account,
        deal=deal,
        owner=owner,
        promised=promised,
        person=person,
        due=np.where(due == MISSING, UNDATED, due),
        points=np.where(kind == CUSTOMER, effect, by_person),
        money=np.where(kind == LIKELIHOOD, worth * effect / 100, np.nan),
    )


def _target(snapshot: Snapshot, name: str, keys: Ints) -> Ints:
    """Where the first edge of a type leads from each node, `NOBODY` for none."""
    table, holds = current(snapshot, name)
    source, target = table.source[holds], table.target[holds]
    at = lookup(source, keys)
    return np.where(at >= 0, target[at] if len(target) else NOBODY, NOBODY)
