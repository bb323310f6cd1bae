"""Weekly series of all subjects of a kind, and since when each has been in its band."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import moments, scores
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.values import datetime_of, instant_from
from scoring.change import score_keys, values_at
from scoring.types import US, Floats, Ints

WEEKS, MOST_WEEKS = 12, 260


def earlier_weeks(moment: When, weeks: int) -> list[When]:
    """The same time of the weeks before, the earliest first, with the knowledge of then unless today's was asked for.

    InvalidInput for a number of weeks that is not shown.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInput(
            f"{weeks} weeks cannot be shown", remedy=f"ask for 1 to {MOST_WEEKS} weeks", field="weeks", value=weeks
        )
    now = datetime_of(moment.as_of or 0)
    found = [instant_from(now - timedelta(weeks=back)) for back in range(weeks, 0, -1)]
    return [moments.back_at(moment, then) for then in found]


def periods(days: Sequence[str], bands: Sequence[str | None]) -> list[dict[str, Any]]:
    """Runs of one band with the first and last day on which it was seen; weeks without a score belong to none."""
    found: list[dict[str, Any]] = []
    before: str | None = None
    for day, band in zip(days, bands, strict=True):
        if band is not None and band == before:
            found[-1]["to"] = day
        elif band is not None:
            found.append({"band": band, "from": day, "to": day})
        before = band
    return found


def all_series(
    workspace: Workspace, principal: Principal, kind: str, *, vendor: str | None = None, weeks: int = WEEKS,
    when: When = NOW, begin: int = 0, limit: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The scores of all subjects of a kind week by week, best at the end first, read against one Reference.

    ``begin`` is how many subjects were told before; ``next`` is the ``begin`` of what follows, None at the end.
    """
    check_limit(limit)
    found = scores.score(workspace, principal, kind, vendor=vendor, when=when)
    earlier = earlier_weeks(found.when, weeks)
    rows = found.rows[begin : None if limit is None else begin + limit]
    keys = score_keys(found.frame)[rows]
    reference = workspace.reference(when)
    columns = [_week(workspace, kind, keys, moment, vendor, reference.digest, when) for moment in earlier]
    values = np.column_stack([*columns, found.frame.score[rows]])
    zone = workspace.settings.zone
    days = [moments.local_day(moment.as_of or 0, zone).isoformat() for moment in (*earlier, found.when)]
    names = workspace.store.names({int(key) for key in np.ravel(keys) if key > 0}, found.when)
    end, banded = begin + len(rows), found.frame.link != "logit"
    return {
        "kind": kind,
        "link": found.frame.link,
        "weeks": days,
        "bands": scores.band_limits(workspace.parameters) if banded else None,
        "items": [_item(workspace, names, keys[at], values[at], days if banded else ()) for at in range(len(rows))],
        "next": end if end < len(found.rows) else None,
        "total": len(found.rows),
        "revision": found.revision,
    }


def _week(
    workspace: Workspace, kind: str, keys: Ints, moment: When, vendor: str | None, digest: str, when: When
) -> Floats:
    """The scores of some keys at an earlier moment; those of everybody are kept."""

    def made() -> tuple[Ints, Floats]:
        wanted = scores.scorer(kind)
        only = None if wanted.kind == "competitor" or vendor not in (None, "us") else US
        snapshot, reference = workspace.snapshot(None, moment), workspace.reference(when)
        frame = wanted.score(snapshot, reference, workspace.parameters, vendor=only)
        return score_keys(frame), frame.score

    return values_at(*workspace.past(f"series:{kind}:{vendor}:{digest}", moment, made), keys)


def _item(
    workspace: Workspace, names: dict[int, Names], key: Ints, values: Floats, days: Sequence[str]
) -> dict[str, Any]:
    """One subject's scores; without ``days`` they have no bands."""
    subject, vendor, scope = (int(each) for each in key)
    told = [None if np.isnan(each) else float(each) for each in values]
    bands = [None if each is None or not days else scores.band(each, workspace.parameters) for each in told]
    return {
        "subject": named(names[subject]),
        "vendor": {"id": "us", "name": None} if vendor == US else named(names[vendor]),
        "scope": named(names[scope]),
        "scores": told,
        "periods": periods(days, bands) if days else [],
    }
