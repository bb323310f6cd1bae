"""What other parameters would do, before anything is saved: rankings before and after, and their sensitivity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import moments
from brm.services.parameter_sets import Versioned, with_values
from brm.services.parameters import differing
from brm.services.scores import band, scorer
from brm.services.shapes import named
from brm.services.subjects import OUR_VENDOR
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.parameters import Parameters
from scoring.rankings import Agreement, Ranking, agreement, aligned, ranks
from scoring.registry import SCORERS
from scoring.sensitivity import MOSTLY_STABLE, STABLE, Effect, Population, sensitivity, stability
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Floats, Ints

MOVERS = 5
"""How many of those that move most are told of each kind."""
STABILITIES = ("stable", "mostly_stable", "unstable", "no_order")


def attempt(
    workspace: Workspace, principal: Principal, values: Mapping[str, Any], *, base: str | None = None,
    kinds: Sequence[str] = (), most: int = MOVERS, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """The rankings before and after some values are replaced; nothing is written.

    Ranked are the subjects of each of the ``kinds``, by default the accounts by each of their six cells.
    ``base`` is the version that the values are replaced in, by default the active one.
    """
    principal.require("read")
    if most < 0:
        raise InvalidInput(f"{most} movers cannot be shown", remedy="ask for 0 or more", field="limit", value=most)
    start = _start(workspace, base)
    changed = with_values(start.parameters, values)
    snapshot = workspace.snapshot(None, when)
    population = _population(workspace, snapshot, kinds, when)
    with workspace.timing("parameters"):
        before, after = population.rankings(start.parameters, keep=True), population.rankings(changed)
    moment = workspace.moment(when, snapshot)
    told = [_Told(each, after[kind], start.parameters, changed) for kind, each in before.items()]
    names = workspace.store.names({key for each in told for key in each.keys(most)}, moment)
    return {
        **_head(workspace, start, moment),
        "ranked": "subjects" if kinds else "accounts",
        "digest": changed.digest,
        "changes": differing(start.parameters, changed),
        "kinds": [each.shape(names, most) for each in told],
    }


def robustness(
    workspace: Workspace, principal: Principal, *, base: str | None = None, kinds: Sequence[str] = (),
    when: When = NOW, advance: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How stable each ranking, as in `attempt`, is when each susceptibility and weight is halved or raised by half."""
    principal.require("read")
    start = _start(workspace, base)
    snapshot = workspace.snapshot(None, when)
    population = _population(workspace, snapshot, kinds, when)
    with workspace.timing("sensitivity"):
        effects = sensitivity(population, start.parameters, advance=advance)
    by_kind = {kind: [each for each in effects if each.kind == kind] for kind in SCORERS}
    return {
        **_head(workspace, start, workspace.moment(when, snapshot)),
        "ranked": "subjects" if kinds else "accounts",
        "kinds": [_stability(kind, found) for kind, found in by_kind.items() if found],
    }


def _start(workspace: Workspace, base: str | None) -> Versioned:
    return workspace.parameter_set if base is None else workspace.sets.named(base)


def _population(workspace: Workspace, snapshot: Snapshot, kinds: Sequence[str], when: When) -> Population:
    wanted = [scorer(kind).kind for kind in dict.fromkeys(kinds)]
    return Population(snapshot, workspace.population(when), wanted)


def _head(workspace: Workspace, start: Versioned, moment: When) -> dict[str, Any]:
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "parameters": start.named,
        "revision": workspace.store.revision(),
    }


class _Told:
    """Both rankings of one kind, row by row."""

    def __init__(self, before: Ranking, after: Ranking, old: Parameters, new: Parameters) -> None:
        first, second = aligned(before, after)
        self.kind, self.subject = before.kind, before.subject[first]
        self.vendor, self.scope = before.vendor[first], before.scope[first]
        self.scores: tuple[Floats, Floats] = before.score[first], after.score[second]
        self.ranks: tuple[Ints, Ints] = ranks(self.scores[0]), ranks(self.scores[1])
        self.bands = tuple(
            [band(each, p) if before.banded else None for each in s.tolist()]
            for s, p in zip(self.scores, (old, new), strict=True)
        )
        self.came, self.went = len(after) - len(second), len(before) - len(first)
        climbed, gained = self.ranks[1] - self.ranks[0], self.scores[1] - self.scores[0]
        self.order = np.lexsort((self.subject, -np.abs(gained), -np.abs(climbed)))
        self.moved = int(((climbed != 0) | (np.abs(gained) > 1e-9)).sum())

    def keys(self, most: int) -> set[int]:
        rows = self.order[:most]
        return {int(key) for column in (self.subject, self.vendor, self.scope) for key in column[rows]} - {NOBODY}

    def shape(self, names: Mapping[int, Names], most: int) -> dict[str, Any]:
        crossed = Counter((old, new) for old, new in zip(*self.bands, strict=True) if old != new)
        return {
            "kind": self.kind,
            **_agreement(agreement(*self.scores)),
            "moved": self.moved,
            "came": self.came,
            "went": self.went,
            "bands": [{"from": old, "to": new, "number": n} for (old, new), n in sorted(crossed.items())],
            "items": [self._item(int(row), names) for row in self.order[: min(most, self.moved)]],
        }

    def _item(self, row: int, names: Mapping[int, Names]) -> dict[str, Any]:
        def end(side: int) -> dict[str, Any]:
            score, rank = float(self.scores[side][row]), int(self.ranks[side][row])
            return {"score": score, "rank": rank, "band": self.bands[side][row]}

        return {
            "subject": named(names[int(self.subject[row])]),
            "vendor": _vendor(int(self.vendor[row]), names),
            "scope": named(names[int(self.scope[row])]),
            "before": end(0),
            "after": end(1),
        }


def _vendor(key: int, names: Mapping[int, Names]) -> dict[str, Any] | None:
    """The vendor of a row; None for the cell of an account."""
    if key == NOBODY:
        return None
    return {"type": "company", "id": OUR_VENDOR, "name": None} if key == US else named(names[key])


def _stability(kind: str, effects: Sequence[Effect]) -> dict[str, Any]:
    least = stability(effects)
    worst: dict[str, Effect] = {}
    for each in sorted(effects, key=_gravity):
        worst.setdefault(each.variation.name, each)
    items = [
        {
            "parameter": each.variation.name,
            "factor": each.variation.factor,
            "value": each.variation.value,
            **_agreement(each.agreement),
        }
        for each in worst.values()
    ]
    return {
        "kind": kind,
        "number": effects[0].agreement.number if effects else 0,
        "stability": _word(least),
        "tau": _known(least),
        "spearman": min((each["spearman"] for each in items if each["spearman"] is not None), default=None),
        "top": min((each["top"] for each in items), default=0),
        "of": max((each["of"] for each in items), default=0),
        "move": max((each["move"] for each in items), default=0),
        "items": items,
    }


def _gravity(effect: Effect) -> tuple[float, float, str]:
    found = effect.agreement
    return (found.tau if found.tau == found.tau else 1.0, -found.shift, effect.variation.name)


def _word(tau: float) -> str:
    if tau != tau:
        return "no_order"
    return "stable" if tau >= STABLE else "mostly_stable" if tau >= MOSTLY_STABLE else "unstable"


def _agreement(found: Agreement) -> dict[str, Any]:
    return {
        "number": found.number, "tau": _known(found.tau), "spearman": _known(found.spearman), "top": found.top,
        "of": found.of, "move": found.move, "shift": found.shift,
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
