"""From the shape of a decision chain to the cards that are drawn and how they hang together.

A vacant seat is a card among the people. Past `MOST_CARDS` the people of least influence are counted on one
card under their manager instead of being drawn; those with a buying role are drawn first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from brm.pictures import Shape

MOST_CARDS = 60
PERSON, SEAT, MORE = "person", "seat", "more"


@dataclass(slots=True)
class Card:
    """A person, a vacant seat, or the number of people who are not drawn there."""

    kind: str
    key: str
    shape: Shape
    children: list[Card] = field(default_factory=list)
    counted: int = 0


@dataclass(slots=True)
class Hierarchy:
    """The cards at the top, everybody of the shape, and on which card each person is found."""

    roots: list[Card]
    people: tuple[Shape, ...]
    place: dict[str, str]

    def cards(self) -> Iterator[Card]:
        """All cards, each before those below it."""
        waiting = list(reversed(self.roots))
        while waiting:
            card = waiting.pop()
            yield card
            waiting += reversed(card.children)


def hierarchy(shape: Shape, most: int = MOST_CARDS) -> Hierarchy:
    """The cards of a decision chain, ``most`` of them."""
    cards, above = _linked(shape)
    above = _without_circles(above)
    people = tuple(card.shape for card in cards.values() if card.kind == PERSON)
    kept = _kept(cards, above, most)
    place: dict[str, str] = {}
    roots: list[Card] = []
    counts: dict[str | None, Card] = {}
    for key, card in cards.items():
        if key in kept:
            place[key] = key
            superior = above[key]
            (roots if superior is None else cards[superior].children).append(card)
        elif card.kind == PERSON:
            at = next((each for each in _up(key, above) if each in kept), None)
            count = counts.setdefault(at, Card(MORE, f"{MORE}:{at or ''}", {}))
            count.counted += 1
            place[key] = count.key
    for at, count in counts.items():
        (roots if at is None else cards[at].children).append(count)
    return Hierarchy(roots, people, place)


def _linked(shape: Shape) -> tuple[dict[str, Card], dict[str, str | None]]:
    """Every card by its key, in the order of the shape, and the card above each."""
    cards: dict[str, Card] = {}
    direct: dict[str, str | None] = {}
    above: dict[str, str | None] = {}
    waiting: list[tuple[Shape, str | None]] = [(person, None) for person in reversed(shape["people"])]
    while waiting:
        person, superior = waiting.pop()
        if person["id"] in cards:
            continue
        cards[person["id"]] = Card(PERSON, person["id"], person)
        direct[person["id"]] = superior
        above[person["id"]] = superior or person["indirect_superior"]
        waiting += [(report, person["id"]) for report in reversed(person["reports"])]
    for seat in shape["vacant_seats"]:
        cards[seat["id"]] = Card(SEAT, seat["id"], seat)
    for seat in shape["vacant_seats"]:
        above[seat["id"]] = seat["reports_to"]
        for person in seat["reports"]:
            if person in direct and direct[person] is None:
                above[person] = seat["id"]
    return cards, {key: superior if superior in cards else None for key, superior in above.items()}


def _without_circles(above: dict[str, str | None]) -> dict[str, str | None]:
    """The same with every circle cut where it is entered first."""
    safe: set[str] = set()
    for start in above:
        path: set[str] = set()
        at: str | None = start
        while at is not None and at not in safe and at not in path:
            path.add(at)
            at = above[at]
        if at is not None and at in path:
            above[at] = None
        safe.update(path)
    return above


def _kept(cards: dict[str, Card], above: dict[str, str | None], most: int) -> set[str]:
    """The keys of the cards that are drawn, as many as there is room for, with everybody above them."""
    if len(cards) <= most:
        return set(cards)
    kept: set[str] = set()
    for key in sorted(cards, key=lambda each: _rank(cards[each])):
        missing = set(_up(key, above)) - kept
        if len(kept) + len(missing) <= most:
            kept |= missing
    return kept


def _rank(card: Card) -> tuple[bool, float]:
    return not card.shape.get("roles"), -float(card.shape.get("influence") or 0.0)


def _up(key: str, above: dict[str, str | None]) -> Iterable[str]:
    at: str | None = key
    while at is not None:
        yield at
        at = above[at]
