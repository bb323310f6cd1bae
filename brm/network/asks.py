"""Who asks whom for what on an introduction path: codes and names, no sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ASKS = ("direct", "tie", "knows", "reports", "partner", "supply", "group", "other")
"""How the one who is asked stands to the next person; ``direct``: nobody need be asked."""


def asks_of(route: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The asks along a route as `brm.services.paths` shows it, in the order in which they are made.

    The one who begins asks each person on the way for an introduction to the next; where they know the target
    themselves there is one ask, for a meeting.
    """
    people, hops = route["people"], route["hops"]
    first = people[0]
    if len(people) == 2:
        return [{"code": "direct", "by": first, "asked": people[1], "about": people[1], "how": None}]
    return [
        {
            "code": hop["tie"] if hop["tie"] in ASKS else "other",
            "by": first,
            "asked": people[place],
            "about": people[place + 1],
            "how": hop["how"],
        }
        for place, hop in enumerate(hops[1:], start=1)
    ]
