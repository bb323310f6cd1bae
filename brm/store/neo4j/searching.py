"""Search: candidates from an index in the order of the list, each looked at as it stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from brm.store.history import state_of
from brm.store.neo4j.reading import Reader
from brm.store.protocol import Query, State
from brm.store.searching import fits, matches, normalised, sort_name
from brm.store.view import Found, Moment
from graph_schema import Property, registry

_CHUNK = 500
_ODD = "MATCH (n:Entity {_odd: true}) WHERE n._type = $type RETURN collect(properties(n)) AS found"


def search(reader: Reader, query: Query, moment: Moment) -> list[Found]:
    """Hits after ``query.after`` in order, up to one more than ``query.limit``."""
    spec = registry().nodes[query.type]
    by_name = query.sort == "name" and bool(spec.searched)
    found: list[Found] = []
    for properties in _in_order(reader, query, by_name):
        hit = _hit(reader, query, moment, properties, by_name)
        if hit is not None:
            found.append(hit)
            if len(found) > query.limit:
                break
    for properties in reader.one(_ODD, type=query.type)["found"]:
        hit = _hit(reader, query, moment, properties, by_name)
        if hit is not None and (query.after is None or _order(hit) > query.after):
            found.append(hit)
    return sorted(found, key=_order)[: query.limit + 1]


def _order(found: Found) -> tuple[str, str]:
    return found.sort, found.state.entity.id


def _hit(reader: Reader, query: Query, moment: Moment, properties: Mapping[str, Any], by_name: bool) -> Found | None:
    ref, entry = reader.node_entry(properties)
    state: State | None = state_of(ref, entry, moment.at, moment.known_at)
    spec = registry().nodes[query.type]
    if state is None or not fits(query.equals, state.properties):
        return None
    if query.text is not None and not matches(spec, state.properties, query.text):
        return None
    return Found(sort_name(spec, state.properties) if by_name else "", state)


def _in_order(reader: Reader, query: Query, by_name: bool) -> Iterator[Mapping[str, Any]]:
    """The candidates' properties by name and id, or by id; those without a certain place in it left out."""
    conditions, given = _conditions(query)
    conditions.append("n._odd IS NULL")
    if by_name:
        conditions.append("n._sort >= $sort AND (n._sort > $sort OR n.id > $after)")
        order = "n._sort, n.id"
    else:
        conditions.append("n.id > $after")
        order = "n.id"
    cypher = (
        f"MATCH (n:Entity) WHERE n._type = $type AND {' AND '.join(conditions)}"
        f" RETURN properties(n) AS found ORDER BY {order} LIMIT $most"
    )
    sort, after = query.after or ("", "")
    most = min(query.limit + 1, _CHUNK)
    while True:
        rows = reader.query(cypher, type=query.type, sort=sort, after=after, most=most, **given)
        for row in rows:
            yield row["found"]
        if len(rows) < most:
            return
        last = rows[-1]["found"]
        sort, after, most = last.get("_sort", ""), last["id"], _CHUNK


def _conditions(query: Query) -> tuple[list[str], dict[str, Any]]:
    """What a plain node must fulfil; a versioned one may have fulfilled it at another moment."""
    spec = registry().nodes[query.type]
    conditions, given = [], {}
    text = normalised(query.text) if query.text is not None else ""
    if text:
        conditions.append("n._search CONTAINS $text")
        given["text"] = text
    for number, (name, wanted) in enumerate(query.equals.items()):
        conditions.append(f"(n._history IS NOT NULL OR {_equal(spec.properties[name], wanted, f'$equal{number}')})")
        given[f"equal{number}"] = _native(wanted)
    return conditions, given


def _equal(prop: Property, wanted: Any, parameter: str) -> str:
    column = f"n.`{prop.name}`"
    if wanted is None:
        return f"{column} IS NULL"
    if prop.kind in ("codes", "texts") and isinstance(wanted, str):
        return f"{parameter} IN {column}"
    if prop.kind == "money":
        return f"[{column}, n.`{prop.name}_currency`] = {parameter}"
    return f"{column} = {parameter}"


def _native(wanted: Any) -> Any:
    if hasattr(wanted, "ten_thousandths"):
        return [wanted.ten_thousandths, wanted.currency]
    return list(wanted) if isinstance(wanted, tuple) else wanted
