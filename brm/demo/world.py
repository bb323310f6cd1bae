"""Puts the demonstration world together and orders its changes by when they were learnt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from brm.demo.build import Builder
from brm.demo.contacts import build_contacts
from brm.demo.deals import build_deals
from brm.demo.organisations import build_organisations
from brm.demo.plans import build_plans
from brm.demo.relations import build_relations
from brm.demo.reviews import build_reviews
from graph_schema.changes import Change, EdgeRef

DEMO_SOURCE = "demonstration (made up)"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is; accounts beyond the named ones do not exist."""

    accounts: int = 44
    closed_deals: int = 180
    open_deals: int = 120
    interactions: int = 20_600


FULL = Size()


def generate(anchor: date, seed: int = 20_240_229, size: Size = FULL) -> list[Change]:
    """The world as changes, nodes before the edges that need them.

    The history ends on the Monday of the anchor's week, so within a week the world is the same.
    """
    b = Builder(anchor - timedelta(days=anchor.weekday()), seed)
    world = build_organisations(b, size.accounts)
    deals = build_deals(b, world, size.closed_deals, size.open_deals)
    build_contacts(b, world, deals, size.interactions)
    build_relations(b, world, deals)
    build_reviews(b, world, deals, seed)
    build_plans(b, world, seed)
    return _unique(sorted(b.changes, key=lambda c: (isinstance(c.entity, EdgeRef), c.recorded_at)))


def _unique(changes: list[Change]) -> list[Change]:
    """The changes without those that state the same edge from the same day once more."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for change in changes:
        identity = (change.verb, change.entity, change.valid_from)
        if not isinstance(change.entity, EdgeRef) or identity not in seen:
            seen.add(identity)
            kept.append(change)
    return kept
