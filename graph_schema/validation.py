"""Check a ChangeSet against the registry and bring its values into canonical form.

The pure part needs nothing but the declarations. What depends on the graph (do the ends exist, and
of which type are they) is checked by `end_problems` and `reference_problems`, given a lookup.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph_schema.changes import Change, EdgeRef, NodeRef, RecordChange
from graph_schema.quick import plain_set
from graph_schema.registry import Property, TypeSpec, registry
from graph_schema.values import (
    ValueProblem,
    check_id,
    check_instant,
    check_observation_kind,
    check_value,
)
from graph_schema.vocabulary import VOCABULARIES

NodeTypeOf = Callable[[str], str | None]

_REMEDIES: Mapping[str, str] = {
    "unknown_type": "Use a type that the schema declares; `brm schema docs` lists them.",
    "unknown_property": "Use a declared property, or put the field into `extra`.",
    "missing_required": "Give a value for the property when the entity is created.",
    "required_cleared": "A required property can be replaced but not removed.",
    "unknown_word": "Use one of the allowed words.",
    "out_of_bounds": "Give a value within the limits.",
    "bad_id": "Use 1 to 200 characters without white space or control characters.",
    "dangling": "Create the node first, or correct the id.",
    "wrong_end": "Turn the edge round or use another edge type.",
    "wrong_reference": "Refer to a node of the allowed types.",
    "self_loop": "Both ends must be different.",
    "key_differs": "Leave the key property out, or make it equal to the edge's key.",
    "no_key": "Leave the key empty: edges of this type have none.",
    "missing_key": "Give the property that makes the edge distinct.",
    "other_type": "Use another id: ids are unique over all node types.",
    "interval_empty": "valid_from must be before valid_to.",
    "not_an_extra": "extra is a flat map from names to texts, numbers or true/false.",
    "properties_not_allowed": "Only set and correct take properties.",
    "nothing_to_correct": "Name the properties to correct.",
    "undo_with_changes": "Send the undo and the changes as two change sets.",
    "unknown_verb": "Use set, end, correct or retract.",
}
_DEFAULT_REMEDY = "Give a value of the declared type."
_UNIT_KINDS = ("tie", "funds", "event", "shortlist", "criterion", "project_check", "state")
_WORDS_BY_KIND = {"political_status": "political_status", "orientation": "orientation", "tie": "tie_evidence"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit: which change, which field, what it said, and what to do."""

    index: int
    field: str
    value: Any
    code: str
    message: str
    remedy: str
    detail: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def problem(index: int, name: str, value: Any, code: str, message: str, **detail: Any) -> Problem:
    """A problem with the remedy that belongs to its code."""
    return Problem(index, name, value, code, message, _REMEDIES.get(code, _DEFAULT_REMEDY), detail)


class _Bad(Exception):
    """Carries one problem out of a nested check."""

    def __init__(self, name: str, value: Any, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.parts = (name, value, code, message)
        self.detail = detail


def check_changes(changes: tuple[Change, ...]) -> tuple[list[Change], list[Problem]]:
    """The changes in canonical form, and the problems of those that are left out."""
    good: list[Change] = []
    problems: list[Problem] = []
    for index, change in enumerate(changes):
        found = check_change(index, change, problems)
        if found is not None:
            good.append(found)
    return good, problems


def check_change(index: int, change: Change, problems: list[Problem]) -> Change | None:
    """The change in canonical form, or None after its problems were added to ``problems``."""
    plain = plain_set(change)
    if plain is not None:
        return plain
    before = len(problems)
    try:
        spec, entity = _check_entity(change)
        _check_stamps(change)
    except _Bad as bad:
        problems.append(problem(index, *bad.parts, **bad.detail))
        return None
    properties = _check_properties(index, spec, change, problems)
    if isinstance(entity, EdgeRef):
        try:
            entity = _with_key(spec, entity, change.properties, properties)
        except _Bad as bad:
            problems.append(problem(index, *bad.parts, **bad.detail))
        properties.pop(spec.key or "", None)
    if len(problems) > before:
        return None
    return Change(
        change.verb, entity, properties, change.valid_from, change.valid_to, change.recorded_at, change.revision
    )


def _check_entity(change: Change) -> tuple[TypeSpec, NodeRef | EdgeRef]:
    entity = change.entity
    known = registry()
    if isinstance(entity, NodeRef):
        spec = known.nodes.get(entity.type)
        ends = (("id", entity.id),)
    else:
        spec = known.edges.get(entity.type)
        ends = (("from", entity.source), ("to", entity.target))  # type: ignore[assignment]
    if spec is None:
        sort = "node" if isinstance(entity, NodeRef) else "edge"
        raise _Bad("type", entity.type, "unknown_type", f"there is no {sort} type {entity.type!r}")
    for name, identity in ends:
        try:
            check_id(identity)
        except ValueProblem as bad:
            raise _Bad(name, identity, bad.code, str(bad)) from None
    if isinstance(entity, EdgeRef):
        return spec, canonical_edge(spec, entity)
    return spec, entity


def canonical_edge(spec: TypeSpec, entity: EdgeRef) -> EdgeRef:
    """The edge itself; a symmetric one runs from the smaller id to the larger."""
    if spec.symmetric and entity.source > entity.target:
        return EdgeRef(entity.type, entity.target, entity.source, entity.key)
    return entity


def _check_stamps(change: Change) -> None:
    if change.verb not in ("set", "end", "correct", "retract"):
        raise _Bad("verb", change.verb, "unknown_verb", f"{change.verb!r} is not a verb")
    start, stop, known = change.valid_from, change.valid_to, change.recorded_at
    if start is not None or stop is not None or known is not None:
        for name, value in (("valid_from", start), ("valid_to", stop), ("recorded_at", known)):
            if value is not None:
                try:
                    check_instant(value)
                except ValueProblem as bad:
                    raise _Bad(name, value, bad.code, str(bad)) from None
    if start is not None and stop is not None and start >= stop:
        raise _Bad("valid_to", stop, "interval_empty", "the interval ends before it begins")
    if change.verb in ("end", "retract") and change.properties:
        name = next(iter(change.properties))
        raise _Bad(name, change.properties[name], "properties_not_allowed", f"{change.verb} takes no properties")
    if change.verb == "correct" and not change.properties:
        raise _Bad("properties", None, "nothing_to_correct", "a correction names no property")
    entity = change.entity
    if isinstance(entity, EdgeRef) and entity.source == entity.target:
        spec = registry().edges[entity.type]
        if not spec.loop_allowed:
            raise _Bad("to", entity.target, "self_loop", f"{entity.type} cannot tie a node to itself")


def _check_properties(index: int, spec: TypeSpec, change: Change, problems: list[Problem]) -> dict[str, Any]:
    canonical: dict[str, Any] = {}
    declared = spec.properties
    for name, value in change.properties.items():
        prop = declared.get(name)
        if prop is None:
            message = f"{spec.name} has no property {name!r}"
            problems.append(problem(index, str(name), value, "unknown_property", message))
        elif value is None:
            if prop.required and name != spec.key:
                message = f"{name} of a {spec.name} cannot be removed"
                problems.append(problem(index, name, value, "required_cleared", message))
            canonical[name] = None
        else:
            try:
                canonical[name] = check_extra(value) if name == "extra" else check_value(prop, value)
            except ValueProblem as bad:
                problems.append(problem(index, name, value, bad.code, str(bad), **bad.detail))
    if spec.name == "observation" and len(canonical) == len(change.properties):
        problems.extend(observation_problems(index, canonical))
    return canonical


def _with_key(spec: TypeSpec, entity: EdgeRef, given: Mapping[str, Any], canonical: Mapping[str, Any]) -> EdgeRef:
    if spec.key is None:
        if entity.key:
            raise _Bad("key", entity.key, "no_key", f"{spec.name} has no key")
        return entity
    prop = spec.properties[spec.key]
    if spec.key in given:
        key = canonical.get(spec.key) or ""
        if entity.key and entity.key != key:
            raise _Bad(spec.key, given[spec.key], "key_differs", f"the edge's key is {entity.key!r}")
        entity = replace(entity, key=key) if key != entity.key else entity
    elif entity.key:
        _check_key(prop, entity.key)
    if prop.required and not entity.key:
        raise _Bad(prop.name, None, "missing_key", f"{spec.name} needs {prop.name}")
    return entity


def _check_key(prop: Property, key: str) -> None:
    try:
        check_value(prop, key)
    except ValueProblem as bad:
        raise _Bad(prop.name, key, bad.code, str(bad), **bad.detail) from None


def check_extra(value: Any) -> dict[str, Any] | None:
    """The flat map with its names in order, None when it is empty; ValueProblem otherwise."""
    if not isinstance(value, Mapping):
        raise ValueProblem("not_an_extra", f"{value!r} is not a map")
    for name, item in value.items():
        if not isinstance(name, str) or not name or not isinstance(item, str | int | float | bool):
            raise ValueProblem("not_an_extra", f"{name!r}: {item!r} is not a text, number or flag")
        check_value(_EXTRA_KINDS[type(item)], item)
        check_value(_EXTRA_KINDS[str], name)
    return {name: item + 0.0 if isinstance(item, float) else item for name, item in sorted(value.items())} or None


_EXTRA_KINDS: dict[type, Property] = {
    str: Property("extra", "text", False, ""),
    bool: Property("extra", "flag", False, ""),
    int: Property("extra", "integer", False, ""),
    float: Property("extra", "real", False, ""),
}


def observation_problems(index: int, properties: Mapping[str, Any]) -> list[Problem]:
    """What in an observation's properties does not fit its kind; nothing without a kind."""
    kind = properties.get("kind")
    if kind is None:
        return []
    try:
        check_observation_kind(kind)
    except ValueProblem as bad:
        return [problem(index, "kind", kind, bad.code, str(bad), **bad.detail)]
    found: list[Problem] = []
    value, word = properties.get("value"), properties.get("word")
    if value is not None:
        low, high = _limits(kind)
        if not low <= value <= high:
            text = f"a {kind} is within {low:g}..{high:g}, not {value:g}"
            found.append(problem(index, "value", value, "out_of_bounds", text, low=low, high=high))
        elif kind == "depth" and value != int(value):
            found.append(problem(index, "value", value, "not_an_integer", "a depth is a whole number"))
    vocabulary = _WORDS_BY_KIND.get(kind)
    if word is not None and vocabulary and word not in VOCABULARIES[vocabulary]:
        words = VOCABULARIES[vocabulary]
        text = f"{word!r} is not one of {', '.join(words)}"
        found.append(problem(index, "word", word, "unknown_word", text, allowed=words))
    return found


def _limits(kind: str) -> tuple[float, float]:
    head = kind.partition(":")[0]
    if head == "depth":
        return 0.0, 5.0
    return (0.0, 1.0) if head in _UNIT_KINDS else (-1.0, 1.0)


def end_problems(index: int, entity: EdgeRef, node_type: NodeTypeOf) -> list[Problem]:
    """Ends that do not exist or are of a type that the edge cannot have there."""
    spec = registry().edges[entity.type]
    found: list[Problem] = []
    ends = (("from", entity.source, spec.source), ("to", entity.target, spec.target))
    for name, identity, allowed in ends:
        actual = node_type(identity)
        if actual is None:
            found.append(problem(index, name, identity, "dangling", f"there is no node {identity!r}"))
        elif actual not in allowed:
            text = f"{name} of {spec.name} is a {' or '.join(allowed)}, not a {actual}"
            found.append(problem(index, name, identity, "wrong_end", text, allowed=allowed, actual=actual))
    return found


def reference_problems(
    index: int, entity: NodeRef | EdgeRef, properties: Mapping[str, Any], node_type: NodeTypeOf
) -> list[Problem]:
    """Properties, and a key, that refer to nodes that do not exist or are of another type."""
    spec = registry().fact_type(entity.type)
    given = [(prop, properties[prop.name]) for prop in spec.references if properties.get(prop.name)]
    if isinstance(entity, EdgeRef) and spec.key and entity.key and spec.properties[spec.key].kind == "ref":
        given.append((spec.properties[spec.key], entity.key))
    found: list[Problem] = []
    for prop, identity in given:
        actual = node_type(identity)
        if actual is None:
            found.append(problem(index, prop.name, identity, "dangling", f"there is no node {identity!r}"))
        elif actual not in prop.points_to:
            text = f"{prop.name} refers to a {' or '.join(prop.points_to)}, not a {actual}"
            detail = {"allowed": prop.points_to, "actual": actual}
            found.append(problem(index, prop.name, identity, "wrong_reference", text, **detail))
    return found


def check_record(index: int, change: RecordChange) -> tuple[RecordChange | None, list[Problem]]:
    """The record with canonical values and its defaults filled in, or its problems."""
    spec = registry().records.get(change.type)
    if spec is None:
        message = f"there is no record type {change.type!r}"
        return None, [problem(index, "type", change.type, "unknown_type", message)]
    problems: list[Problem] = []
    try:
        check_id(change.id)
    except ValueProblem as bad:
        problems.append(problem(index, "id", change.id, bad.code, str(bad)))
    if change.body is None:
        return (None, problems) if problems else (change, [])
    body = {name: prop.default for name, prop in spec.properties.items() if prop.default is not None}
    for name, value in change.body.items():
        try:
            body[name] = _record_value(spec, name, value)
        except ValueProblem as bad:
            problems.append(problem(index, name, value, bad.code, str(bad), **bad.detail))
    for name, prop in spec.properties.items():
        if prop.required and body.get(name) is None:
            text = f"a {spec.name} needs {name}"
            problems.append(problem(index, name, None, "missing_required", text))
    kept = {name: value for name, value in body.items() if value is not None}
    return (None, problems) if problems else (replace(change, body=kept), [])


def _record_value(spec: TypeSpec, name: str, value: Any) -> Any:
    prop = spec.properties.get(name)
    if prop is None:
        raise ValueProblem("unknown_property", f"{spec.name} has no property {name!r}")
    if value is None:
        return None
    if prop.kind == "any":
        try:
            return json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError) as bad:
            raise ValueProblem("not_json", f"not a JSON value: {bad}") from None
    return check_value(prop, value)
