"""Snapshot tables from rows of values, and the installation's local days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from brm.errors import InvalidInput
from graph_schema import Property, TypeSpec
from graph_schema.values import instant_from
from scoring.snapshot import ALWAYS, Column, LocalDays, category_code, encode_value, snapshot_columns

_YEARS = (1970, 2101)
_STEP = timedelta(days=7)

category = lru_cache(maxsize=65_536)(category_code)


def columns_of(spec: TypeSpec, rows: Sequence[Mapping[str, Any]], key_of: Callable[[str], int]) -> dict[str, Column]:
    """The snapshot columns of canonical property sets."""
    layout = snapshot_columns(spec)
    columns: dict[str, Column] = {}
    for name, prop in spec.properties.items():
        if name not in layout:
            continue
        for column, encode in _encoders(prop, key_of).items():
            dtype, missing = layout[column]
            cells = [missing if row.get(name) is None else encode(row[name]) for row in rows]
            columns[column] = np.array(cells, dtype=dtype)
    return columns


def _encoders(prop: Property, key_of: Callable[[str], int]) -> dict[str, Callable[[Any], Any]]:
    if prop.kind == "money":
        return {
            prop.name: lambda money: money.ten_thousandths / 10_000,
            f"{prop.name}_currency": lambda money: category(money.currency),
        }
    return {prop.name: lambda value: encode_value(prop, value, key_of)}


@lru_cache(maxsize=16)
def local_days(zone: str | None) -> LocalDays:
    """The offsets of a zone from 1970 to 2100; UTC for None."""
    if zone is None:
        return LocalDays()
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            f"there is no time zone {zone!r}", remedy="Use a name such as Asia/Shanghai or Europe/Berlin."
        ) from None

    def offset(moment: datetime) -> int:
        shift = moment.astimezone(info).utcoffset()
        return 0 if shift is None else shift // timedelta(microseconds=1)

    moment, last = (datetime(year, 1, 1, tzinfo=UTC) for year in _YEARS)
    transitions, offsets = [ALWAYS], [offset(moment)]
    while moment < last:
        following = moment + _STEP
        if offset(following) != offsets[-1]:
            low, high = moment, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            transitions.append(instant_from(high))
            offsets.append(offset(high))
            moment = high
        else:
            moment = following
    return LocalDays(np.array(transitions, dtype=np.int64), np.array(offsets, dtype=np.int64))
