"""Bodies of requests and answers. Property models are made from the registry, so they cannot drift."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from graph_schema import Property, registry

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$", examples=["demo:person/17"])]
Dated = Annotated[str, Field(description="A day or an ISO 8601 moment with offset", examples=["2026-06-30"])]


class Money(BaseModel):
    """An amount with its currency."""

    amount: str = Field(description="Decimal amount", pattern=r"^-?\d{1,14}(\.\d{1,4})?$", examples=["1200.5"])
    currency: str = Field(pattern="^[A-Z]{3}$", examples=["CNY"])


_KINDS: dict[str, Any] = {
    "text": str,
    "integer": int,
    "real": float,
    "flag": bool,
    "instant": Annotated[str, Field(description="ISO 8601 moment with offset")],
    "day": Annotated[str, Field(description="Day, YYYY-MM-DD", pattern=r"^\d{4}-\d{2}-\d{2}$")],
    "money": Money,
    "codes": list[str],
    "texts": list[str],
    "ref": str,
    "any": dict[str, Any],
}


def _annotation(prop: Property) -> Any:
    if prop.kind == "code":
        return Literal[prop.words]
    if prop.kind == "codes":
        return list[Literal[prop.words]]  # type: ignore[name-defined]
    if prop.bounds is not None and prop.kind in ("integer", "real"):
        return Annotated[_KINDS[prop.kind], Field(ge=prop.bounds.low, le=prop.bounds.high)]
    return _KINDS[prop.kind]


DEFAULTED = {"observation": ("at", "source_class")}
"""Required properties that the service fills in: an observation is of now, and an opinion."""


@cache
def properties_model(type_: str, *, partial: bool) -> type[BaseModel]:
    """The properties of a type; ``partial`` lets every one be absent or null."""
    spec = registry().fact_type(type_)
    defaulted = () if partial else DEFAULTED.get(type_, ())
    fields: dict[str, Any] = {
        name: (_annotation(prop), Field(description=prop.doc))
        if prop.required and not partial and name not in defaulted
        else (_annotation(prop) | None, Field(default=None, description=prop.doc))
        for name, prop in spec.properties.items()
    }
    label = f"{spec.label}{'Changes' if partial else 'Properties'}"
    made: type[BaseModel] = create_model(label, __config__=ConfigDict(extra="forbid"), __doc__=spec.doc, **fields)
    return made


class Entity(BaseModel):
    """A node or edge as it stood at a moment."""

    type: str
    id: str
    properties: dict[str, Any]
    valid_from: str | None
    valid_to: str | None
    recorded_at: str
    revision: int = Field(description="Last commit that touched the entity: its ETag")
    stub: bool = Field(default=False, description="Kept by an undo only because later facts point to it")
    source: str | None = Field(default=None, alias="from")
    target: str | None = Field(default=None, alias="to")
    key: str | None = None


class EntityPage(BaseModel):
    """One page of a list."""

    items: list[Entity]
    next: str | None = Field(description="Cursor of the next page; null at the end")
    revision: int


class ReceiptBody(BaseModel):
    """What a commit did."""

    id: str | None = Field(default=None, description="Id of what was created")
    revision: int
    committed_at: str
    written: int
    unchanged: int
    replayed: bool
    kept: list[str]
    bookmark: str | None


class ChangeBody(BaseModel):
    """One change: a node by ``id``, or an edge by ``from``, ``to`` and its key property."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    verb: Literal["set", "end", "correct", "retract"]
    type: str
    id: Id | None = None
    source: Id | None = Field(default=None, alias="from")
    target: Id | None = Field(default=None, alias="to")
    properties: dict[str, Any] = Field(default_factory=dict)
    valid_from: Dated | None = None
    valid_to: Dated | None = None
    revision: int | None = None


class ChangeSetBody(BaseModel):
    """Changes that are applied together or not at all."""

    model_config = ConfigDict(extra="forbid")

    changes: list[ChangeBody] = Field(min_length=1, max_length=1_000)
    expected: dict[str, int] = Field(default_factory=dict, description="Entity id -> revision seen; 0 = must be new")


class UndoBody(BaseModel):
    """Which commit to undo."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(ge=1, le=2**62)
    with_later: bool = False


class NewTokenBody(BaseModel):
    """A token to make."""

    model_config = ConfigDict(extra="forbid")

    scopes: list[Literal["read", "write", "admin"]] = Field(min_length=1)
    person: Id | None = None
    label: str | None = Field(default=None, max_length=200)
