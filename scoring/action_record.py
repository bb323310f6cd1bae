"""How often each action has succeeded and what it took, learnt from the actions on record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code

DONE = code_number("work_status", "done")
ENDED = tuple(code_number("work_status", each) for each in ("done", "ignored", "cancelled"))


@dataclass(frozen=True, slots=True)
class Record:
    """Of one action: success 0..1 and hours expected; how many ended, how many were done, how many say hours."""

    success: float
    hours: float
    ended: int
    done: int
    timed: int


def record_of(snapshot: Snapshot, action: str, parameters: Parameters) -> Record:
    """What is to be expected of an action.

    Model: ``success = (k p0 + done)/(k + ended)``, ``hours = (k h0 + sum h)/(k + timed)``, k ``actions.strength``,
    p0 and h0 the action's parameters; over actions that follow this play and were done, ignored or cancelled.
    Inputs: the snapshot of everything, the action, the parameters.
    Returns: the record; without any action on record, the parameters.
    Properties: success lies between p0 and the share done, hours between h0 and the mean.
    References: domain.md section 6.
    """
    given, table = parameters.actions, snapshot.nodes["action"]
    ended = np.isin(table["status"], ENDED) & (table["play"] == category_code(action))
    done = int((table["status"][ended] == DONE).sum())
    hours = table["hours"][ended & (table["status"] == DONE)]
    hours = hours[~np.isnan(hours)]
    number, timed = int(ended.sum()), len(hours)
    before: float = getattr(given, f"{action}_success")
    effort: float = getattr(given, f"{action}_hours")
    return Record(
        success=(given.strength * before + done) / (given.strength + number),
        hours=(given.strength * effort + float(hours.sum())) / (given.strength + timed),
        ended=number,
        done=done,
        timed=timed,
    )
