"""The operations of a migration, as data, and what they do to a schema described as data."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

Structure = dict[str, dict[str, Any]]
"""``vocabularies``, ``nodes``, ``edges`` and ``records`` by name, as `Registry.describe` gives them."""

Operation = dict[str, Any]
"""``{"op": NAME, ...}``: add_type, rename_type, drop_type, change_type, add_property,
rename_property, drop_property, change_property, backfill, set_vocabulary, drop_vocabulary.
"""

SORTS = ("nodes", "edges", "records")


def empty() -> Structure:
    """The schema before the first step."""
    return {"vocabularies": {}, **{sort: {} for sort in SORTS}}


def carry_out(structure: Structure, operations: Iterable[Operation]) -> Structure:
    """The schema after the operations; KeyError when one does not fit the schema before it."""
    after = copy.deepcopy(structure)
    for operation in operations:
        _carry_out_one(after, operation)
    return after


def _carry_out_one(after: Structure, operation: Operation) -> None:
    match operation:
        case {"op": "set_vocabulary", "name": name, "words": words}:
            after["vocabularies"][name] = list(words)
        case {"op": "drop_vocabulary", "name": name}:
            del after["vocabularies"][name]
        case {"op": "add_type", "sort": sort, "type": name, "spec": spec}:
            after[sort][name] = copy.deepcopy(spec)
        case {"op": "rename_type", "sort": sort, "type": name, "to": new}:
            after[sort][new] = {**after[sort].pop(name), "name": new}
        case {"op": "drop_type", "sort": sort, "type": name}:
            del after[sort][name]
        case {"op": "change_type", "sort": sort, "type": name, "spec": spec}:
            after[sort][name] = {**spec, "properties": after[sort][name]["properties"]}
        case {"op": "add_property" | "change_property", "sort": sort, "type": name, "property": prop}:
            after[sort][name]["properties"][prop["name"]] = copy.deepcopy(prop)
        case {"op": "rename_property", "sort": sort, "type": name, "property": prop, "to": new}:
            properties = after[sort][name]["properties"]
            properties[new] = {**properties.pop(prop), "name": new}
        case {"op": "drop_property", "sort": sort, "type": name, "property": prop}:
            del after[sort][name]["properties"][prop]
        case {"op": "backfill", "sort": sort, "type": name, "property": prop, "value": _}:
            after[sort][name]["properties"][prop]
        case _:
            raise KeyError(f"unknown operation {operation!r}")


def changes_between(before: Structure, after: Structure) -> list[Operation]:
    """Operations that lead from one schema to another; a rename shows as a drop and an addition."""
    found: list[Operation] = []
    for name, words in after["vocabularies"].items():
        if before["vocabularies"].get(name) != words:
            found.append({"op": "set_vocabulary", "name": name, "words": words})
    for sort in SORTS:
        found += _type_changes(sort, before[sort], after[sort])
    gone = before["vocabularies"].keys() - after["vocabularies"].keys()
    found += [{"op": "drop_vocabulary", "name": name} for name in sorted(gone)]
    return found


def _type_changes(sort: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Operation]:
    for name in before.keys() - after.keys():
        yield {"op": "drop_type", "sort": sort, "type": name}
    for name, spec in after.items():
        if name not in before:
            yield {"op": "add_type", "sort": sort, "type": name, "spec": spec}
            continue
        bare, bare_before = ({**each, "properties": {}} for each in (spec, before[name]))
        if bare != bare_before:
            yield {"op": "change_type", "sort": sort, "type": name, "spec": bare}
        properties = before[name]["properties"]
        for prop in properties.keys() - spec["properties"].keys():
            yield {"op": "drop_property", "sort": sort, "type": name, "property": prop}
        for prop, described in spec["properties"].items():
            if properties.get(prop) != described:
                op = "change_property" if prop in properties else "add_property"
                yield {"op": op, "sort": sort, "type": name, "property": described}
