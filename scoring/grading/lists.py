"""On whom to spend time: customers to win, keep, develop and release, each with the rule that put them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.grading.grades import Graded
from scoring.grading.lifecycle import NOT_BUYING, STATES, Lifecycles
from scoring.grading.profiles import PARTS
from scoring.machinery.arrays import Flags
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Ints

LISTS = ("win", "keep", "develop", "release")
NONE = -1
CONDITIONS = (
    "lifecycle", "class_not_now", "potential_high", "potential_low", "strategic_high", "strategic_low", "value_high",
    "value_low", "wallet_low", "wallet_unknown",
)  # fmt: skip
"""The codes of what puts an account on a list."""
NOT_NOW = code_number("class", "not_now")
VALUE, POTENTIAL, STRATEGIC = (PARTS.index(name) for name in ("value", "potential", "strategic"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that holds: its code, the value (a lifecycle's word, or a number) and the threshold."""

    code: str
    value: float | str
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of each account (``place`` in `LISTS`, `NONE`), and what its reasons are read from."""

    place: Ints
    lifecycle: Ints
    put_off: Flags
    graded: Graded

    def why(self, row: int, parameters: Parameters) -> list[Condition]:
        """The conditions that put an account on its list."""
        given, part, place = parameters.lists, self.graded.parts[row], int(self.place[row])
        if place == NONE:
            return []
        name = LISTS[place]
        if name == "release" and self.put_off[row]:
            return [Condition("class_not_now", "not_now")]
        outside = int(self.lifecycle[row]) in NOT_BUYING
        stands = Condition("lifecycle", STATES[int(self.lifecycle[row])])
        found = [stands] if name != "release" or outside else []
        if name == "win":
            told = not np.isnan(self.graded.observed[row, POTENTIAL])
            worth, least = (
                (POTENTIAL, given.win_potential)
                if told and part[POTENTIAL] >= given.win_potential
                else (STRATEGIC, given.win_strategic)
            )
            found.append(Condition(f"{PARTS[worth]}_high", float(part[worth]), least))
        elif name == "keep":
            found.append(Condition("value_high", float(part[VALUE]), given.keep_value))
        elif name == "develop":
            found.append(Condition("potential_high", float(part[POTENTIAL]), given.develop_potential))
            wallet = float(self.graded.wallet[row])
            known = Condition("wallet_low", wallet, given.develop_wallet)
            found.append(Condition("wallet_unknown", "unknown") if np.isnan(wallet) else known)
        else:
            if not outside:
                found.append(Condition("value_low", float(part[VALUE]), given.release_value))
            found += [
                Condition("potential_low", float(part[POTENTIAL]), given.release_potential),
                Condition("strategic_low", float(part[STRATEGIC]), given.release_strategic),
            ]
        return found


def listed(snapshot: Snapshot, graded: Graded, lifecycles: Lifecycles, parameters: Parameters) -> Listed:
    """The one list of every account, if any.

    Model, the first that holds. *release*: its class is "not now", or potential and strategic worth are low, and the
    value of a buyer too. *win*: it does not buy (lifecycle potential, evaluating or lost), and its potential or
    strategic worth is high. *keep*: a buyer of high value. *develop*: a buyer of high potential that spends less than
    a part of it with us, or of whom that is not known. All others are on none.
    Inputs: a snapshot, the parts of the grade and the lifecycles of the same accounts, the parameters.
    Limits: value and potential are high or low only where something is known of them; a prior puts nobody on a list,
    but strategic worth may be low because nothing speaks for it.
    Properties: independent of the focus profile; each account is on one list at most; more value never takes a buyer
    off the list to keep.
    References: domain.md section 7.
    """
    given, parts, now = parameters.lists, graded.parts, lifecycles.now
    firms = snapshot.nodes["company"]
    put_off = firms["klass"][firms.rows(graded.account)] == NOT_NOW
    outside, known = np.isin(now, NOT_BUYING), ~np.isnan(graded.observed)
    least = np.array([given.win_potential, given.win_strategic])
    high = known[:, [POTENTIAL, STRATEGIC]] & (parts[:, [POTENTIAL, STRATEGIC]] >= least)
    unserved = ~(graded.wallet > given.develop_wallet)
    conditions = {
        "release": put_off
        | (
            (outside | (known[:, VALUE] & (parts[:, VALUE] <= given.release_value)))
            & known[:, POTENTIAL]
            & (parts[:, POTENTIAL] <= given.release_potential)
            & (parts[:, STRATEGIC] < given.release_strategic)
        ),
        "win": outside & high.any(axis=1),
        "keep": ~outside & known[:, VALUE] & (parts[:, VALUE] >= given.keep_value),
        "develop": ~outside & known[:, POTENTIAL] & (parts[:, POTENTIAL] >= given.develop_potential) & unserved,
    }
    places = [LISTS.index(name) for name in conditions]
    found = np.select(list(conditions.values()), places, NONE).astype(np.int64)
    return Listed(found, now, put_off, graded)
