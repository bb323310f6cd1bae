"""The reference page of the graph: a diagram, then every type with its properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph_schema.registry import Property, Registry, TypeSpec
from graph_schema.vocabulary import VOCABULARIES


def reference(registry: Registry) -> str:
    """The whole page as Markdown. It is committed; a test keeps it current."""
    return "\n".join(_lines(registry)) + "\n"


def _lines(registry: Registry) -> Iterator[str]:
    yield "# The graph: node, edge and record types"
    yield ""
    yield "Generated from the declarations in `graph_schema/` by `brm schema docs`; do not edit."
    yield ""
    yield "```mermaid"
    yield "graph LR"
    for edge in registry.edges.values():
        for source in edge.source:
            for target in edge.target:
                yield f"  {source} -- {edge.name} --> {target}"
    yield "```"
    yield from _section("Nodes", registry.nodes.values())
    yield from _section("Edges", registry.edges.values())
    yield from _section("Records", registry.records.values())
    yield ""
    yield "## Vocabularies"
    yield ""
    yield "| vocabulary | words |"
    yield "| --- | --- |"
    for name, words in VOCABULARIES.items():
        yield f"| `{name}` | {', '.join(f'`{word}`' for word in words)} |"


def _section(title: str, specs: Iterable[TypeSpec]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    for spec in specs:
        yield from _type(spec)


def _type(spec: TypeSpec) -> Iterator[str]:
    yield ""
    yield f"### `{spec.name}`"
    yield ""
    yield spec.doc
    if spec.sort == "edge":
        yield ""
        key = f"; identity: both ends and `{spec.key}`" if spec.key else "; identity: both ends"
        either = ", either way round" if spec.symmetric else ""
        yield f"From {_names(spec.source)} to {_names(spec.target)}{either}{key}."
    if spec.properties:
        yield ""
        yield "| property | kind | meaning |"
        yield "| --- | --- | --- |"
        for prop in spec.properties.values():
            yield f"| `{prop.name}`{' *' if prop.required else ''} | {_kind(prop)} | {_meaning(prop)} |"


def _names(types: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in types)


def _kind(prop: Property) -> str:
    if prop.vocabulary:
        return f"{prop.kind} of `{prop.vocabulary}`"
    if prop.points_to:
        return f"ref to {_names(prop.points_to)}"
    if prop.bounds is not None:
        low, high = prop.bounds.low, prop.bounds.high
        return f"{prop.kind} {'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
    return prop.kind


def _meaning(prop: Property) -> str:
    notes = [prop.doc.replace("|", "/")]
    if prop.unit:
        notes.append(f"unit: {prop.unit}")
    if prop.search:
        notes.append("searched")
    if prop.sensitive:
        notes.append(f"{prop.sensitive} data")
    return "; ".join(notes)
