"""A quick look at changes: those that plainly fit pass at once, all others go to `validation`.

Each type's checks are compiled once. A quick check says only yes or "look closely"; it never refuses,
so what is allowed, and what is said of bad values, is defined in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from graph_schema.changes import Change, EdgeRef, NodeRef
from graph_schema.registry import Property, TypeSpec, registry
from graph_schema.values import MAX_ID, instant_from

Check = Callable[[Any], bool]
_FIRST, _LAST = (instant_from(datetime(year, 1, 1, tzinfo=UTC)) for year in (2, 9999))
"""Instants plainly within what a store takes."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Quick:
    """What is looked at in a type's changes. ``key`` judges an edge's key."""

    checks: dict[str, Check]
    key: Check
    symmetric: bool


def plain_set(change: Change) -> Change | None:
    """The change itself when it plainly fits as it is, None when it must be looked at closely."""
    if change.verb != "set":
        return None
    entity = change.entity
    quick = _quick(entity.type)
    if quick is None or not _plain_stamps(change):
        return None
    if entity.__class__ is NodeRef:
        if not plain_id(entity.id):
            return None
    elif not (entity.__class__ is EdgeRef and _plain_ends(entity, quick)):
        return None
    checks = quick.checks
    for name, value in change.properties.items():
        check = checks.get(name)
        if check is None or not check(value):
            return None
    return change


def plain_id(identity: Any) -> bool:
    """Whether it is plainly an id; False says that it must be looked at closely."""
    return (
        identity.__class__ is str
        and 0 < len(identity) <= MAX_ID
        and identity.isascii()
        and identity.isprintable()
        and " " not in identity
    )


def _plain_ends(entity: EdgeRef, quick: _Quick) -> bool:
    source, target = entity.source, entity.target
    return (
        plain_id(source)
        and plain_id(target)
        and (source < target if quick.symmetric else source != target)
        and quick.key(entity.key)
    )


def _plain_stamps(change: Change) -> bool:
    start, stop, known = change.valid_from, change.valid_to, change.recorded_at
    return (
        change.revision is None
        and stop is None
        and (start is None or (start.__class__ is int and _FIRST <= start <= _LAST))
        and (known is None or (known.__class__ is int and _FIRST <= known <= _LAST))
    )


@cache
def _quick(type_: str) -> _Quick | None:
    known = registry()
    spec = known.nodes.get(type_) or known.edges.get(type_)
    if spec is None or spec.name == "observation":
        return None
    checks = {prop.name: check for prop in spec.properties.values() if (check := _check(prop)) is not None}
    if spec.sort == "edge" and spec.key:
        del checks[spec.key]
    return _Quick(checks, _key_check(spec), spec.symmetric)


def _key_check(spec: TypeSpec) -> Check:
    if spec.key is None:
        return lambda key: key.__class__ is str and not key
    prop = spec.properties[spec.key]
    check = _check(prop) or (lambda key: False)
    return lambda key: check(key) or (key.__class__ is str and not key and not prop.required)


def _check(prop: Property) -> Check | None:
    """The quick check of a property; None where a kind is always looked at closely."""
    if prop.bounds is not None and prop.kind != "real":
        return None
    match prop.kind:
        case "text":
            return _is_text
        case "code":
            words = frozenset(prop.words)
            return lambda value: value.__class__ is str and value in words
        case "instant":
            return lambda value: value.__class__ is int and _FIRST <= value <= _LAST
        case "flag":
            return lambda value: value.__class__ is bool
        case "ref":
            return plain_id
        case "real":
            low = -1e300 if prop.bounds is None or prop.bounds.low is None else prop.bounds.low
            high = 1e300 if prop.bounds is None or prop.bounds.high is None else prop.bounds.high
            # not 0.0: its negative twin has a canonical form of its own
            return lambda value: value.__class__ is float and low <= value <= high and value != 0.0
        case _:
            return None


def _is_text(value: Any) -> bool:
    return value.__class__ is str and "\x00" not in value and (value.isascii() or not _SURROGATE.search(value))
