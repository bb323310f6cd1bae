"""What migrations mean, whatever the engine: which steps pend, what each operation makes of an exported row.

An engine carries the operations out in its own language or passes its rows through `evolve_row`; a
restore passes the rows of an older export through it. Both give the same graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from brm.errors import StoreUnusable
from graph_schema import Property, TypeSpec, registry
from graph_schema.markers import Bounds
from graph_schema.migrations import Operation, Step, Structure, carry_out, steps
from graph_schema.migrations.steps import structure_after

Row = dict[str, Any]
SORTS = {"node": "nodes", "edge": "edges", "record": "records"}
"""The part of a structure that describes the type of a row of this kind."""
CANNOT_BE_FILLED = frozenset(("money", "codes", "ref", "any"))


def is_older(where: str, done: int, digest: str) -> bool:
    """Whether a store that has seen so many steps and has this schema must be migrated.

    StoreUnusable when it is of a newer program, or of one that parted from this one's past.
    """
    if done > len(steps()):
        raise newer(where)
    known = steps()[done - 1].digest if done else None
    current = registry().digest() if done == len(steps()) else known
    if digest != current:
        raise StoreUnusable(
            f"{where} has the schema of another version of this program",
            remedy="Open it with the version that wrote it, export it, and load the export here.",
            code="schema_differs",
        )
    return done < len(steps())


def newer(where: str) -> StoreUnusable:
    """The refusal of what a newer program wrote."""
    return StoreUnusable(
        f"{where} was written by a newer version of this program",
        remedy="Install the newer version; this one left it as it is.",
        code="schema_newer",
    )


def outdated(where: str) -> StoreUnusable:
    """The refusal of a store that waits for its migration."""
    return StoreUnusable(
        f"{where} has the schema of an older version of this program",
        remedy="Make a backup, then run `brm migrate`.",
        code="schema_older",
    )


def impossible(why: str) -> StoreUnusable:
    """The refusal of an operation that does not fit what is stored."""
    return StoreUnusable(
        f"the migration cannot be carried out: {why}",
        remedy="Nothing was changed. Export with the older version and load the export here.",
        code="migration_impossible",
    )


def pending(done: int) -> tuple[Step, ...]:
    """The steps after the first ``done``."""
    return steps()[done:]


def newest() -> int:
    """How many steps there are."""
    return len(steps())


def structure_of(done: int) -> Structure:
    """The schema after the first ``done`` steps."""
    return structure_after(steps()[:done])


def operations_of(done: int) -> Iterator[tuple[Structure, Operation]]:
    """Each pending operation with the structure before it; StoreUnusable when it cannot be carried out."""
    structure = structure_of(done)
    for step in pending(done):
        for operation in step.operations:
            check_possible(structure, operation)
            yield structure, operation
            structure = carry_out(structure, (operation,))


def check_possible(before: Structure, operation: Operation) -> None:
    """StoreUnusable when stored values would not be values of the structure after the operation."""
    op, sort, name = operation["op"], operation.get("sort", ""), operation.get("type", "")
    if op == "set_vocabulary":
        old = before["vocabularies"].get(operation["name"], [])
        if operation["words"][: len(old)] != old:
            raise impossible(f"the words of {operation['name']} were reordered")
    elif op == "change_type" and sort != "records":
        old, new = before[sort][name], operation["spec"]
        if any(old[part] != new[part] for part in ("sort", "key", "symmetric")):
            raise impossible(f"the identity of {name} was changed")
    elif op == "change_property":
        prop = operation["property"]
        if prop["kind"] != before[sort][name]["properties"][prop["name"]]["kind"]:
            raise impossible(f"the kind of {name}.{prop['name']} was changed")
    elif op == "backfill" and sort != "records":
        prop = before[sort][name]["properties"][operation["property"]]
        if prop["kind"] in CANNOT_BE_FILLED or prop["name"] == before[sort][name]["key"]:
            raise impossible(f"{name}.{prop['name']} is of a kind that cannot be filled in")


def still_stored(type_: str) -> StoreUnusable:
    """The refusal of dropping a node or edge type of which there are versions."""
    return impossible(f"versions of {type_} are still stored")


class Evolution:
    """What the steps after the schema with this digest make of its exported rows."""

    def __init__(self, digest: str, where: str) -> None:
        known = [step.digest for step in steps()]
        if digest not in known:
            raise newer(where)
        done = known.index(digest) + 1
        self.steps = pending(done)
        self._operations = [operation for _, operation in operations_of(done)]
        self._chains: dict[tuple[str, str], list[Operation]] = {}

    def row(self, row: Row) -> Row | None:
        """The row as today's schema has it; None when there is no place for it any more."""
        sort = SORTS.get(row["kind"])
        if sort is None or not self._operations:
            return row
        key = (sort, row["type"])
        if key not in self._chains:
            self._chains[key] = list(chain(self._operations, *key))
        return evolve_row(row, self._chains[key])


def chain(operations: Iterable[Operation], sort: str, type_: str) -> Iterator[Operation]:
    """The operations that concern a type, under whichever name it then has."""
    for operation in operations:
        if (operation.get("sort"), operation.get("type")) == (sort, type_):
            yield operation
            type_ = operation["to"] if operation["op"] == "rename_type" else type_


def evolve_row(row: Row, operations: Sequence[Operation]) -> Row | None:
    """An exported node, edge or record after operations; those about other types leave it as it is.

    None when its record type was dropped; StoreUnusable when its node or edge type was.
    """
    sort = SORTS[row["kind"]]
    for operation in operations:
        if (operation.get("sort"), operation.get("type")) != (sort, row["type"]):
            continue
        match operation["op"]:
            case "rename_type":
                row = {**row, "type": operation["to"]}
            case "drop_type" if sort == "records":
                return None
            case "drop_type":
                raise still_stored(row["type"])
            case "drop_property":
                row = _mapped(row, lambda values, op=operation: _without(values, op["property"]))
            case "rename_property":
                row = _mapped(row, lambda values, op=operation: _renamed(values, op["property"], op["to"]))
            case "backfill":
                row = _filled(row, operation["property"], operation["value"])
    return row


def _mapped(row: Row, change: Any) -> Row:
    if row["kind"] == "record":
        return {**row, "body": change(row["body"])}
    return {**row, "versions": [{**each, "properties": change(each["properties"])} for each in row["versions"]]}


def _without(values: Mapping[str, Any], name: str) -> Row:
    return {each: value for each, value in values.items() if each != name}


def _renamed(values: Mapping[str, Any], name: str, new: str) -> Row:
    return {new if each == name else each: value for each, value in values.items()}


def _filled(row: Row, name: str, value: Any) -> Row:
    """The first version of an entity says the value where it says nothing of the property."""
    if row["kind"] == "record":
        return {**row, "body": {name: value, **row["body"]}}
    first, *later = row["versions"] or [{"verb": None}]
    if first["verb"] != "set" or name in first["properties"]:
        return row
    return {**row, "versions": [{**first, "properties": {**first["properties"], name: value}}, *later]}


def spec_of(plain: Mapping[str, Any]) -> TypeSpec:
    """A type from its description in a structure."""
    properties = {name: property_of(each) for name, each in plain["properties"].items()}
    lists = {name: tuple(plain[name]) for name in ("source", "target")}
    return TypeSpec(**{**plain, **lists, "doc": "", "properties": properties})


def property_of(plain: Mapping[str, Any]) -> Property:
    """A property from its description in a structure."""
    bounds = plain["bounds"]
    return Property(
        **{
            **plain,
            "doc": "",
            "points_to": tuple(plain["points_to"]),
            "bounds": None if bounds is None else Bounds(**bounds),
        }
    )
