"""The parameters of scores and rules, by version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from api.answers import Answer
from api.dependencies import Admin, ItemId, Reader, Space
from api.problems import PROBLEMS
from brm.services import parameters

router = APIRouter(tags=["parameters"], responses=PROBLEMS)
Value = StrictFloat | StrictInt | StrictStr | list[StrictStr]
Note = Annotated[str | None, Field(max_length=parameters.LONGEST_NOTE)]
ChangedOnly = Annotated[bool, Query(description="Leave out those that stand at their default")]


class NewParameters(BaseModel):
    """A version to save: the base with some values replaced."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Value] = Field(min_length=1, max_length=500, description="By name", examples=[{"tie.video": 1.5}])
    base: str | None = Field(
        default=None, min_length=1, max_length=200,
        description="Version that they are replaced in; default the active one",
    )  # fmt: skip
    note: Note = Field(default=None, description="What it is for")


class Reason(BaseModel):
    """Why a version is activated."""

    model_config = ConfigDict(extra="forbid")

    note: Note = None


class Activation(Answer):
    """Who put a version in force, and when."""

    version: str
    digest: str
    actor: str
    at: str
    note: str | None


class VersionHead(Answer):
    """A version of the parameters; ``changed`` counts the values that differ from the defaults."""

    version: str
    digest: str
    digest_saved: str | None = Field(description="What its digest was when it was saved; null for the starting ones")
    base: str | None
    author: str | None
    created_at: str | None
    note: str | None
    changed: int
    active: bool
    activation: Activation | None = Field(description="Since when it rules, where it was activated")


class Parameter(Answer):
    """One parameter with its value, default, unit, range, source and kind of evidence."""

    name: str
    value: Value
    default: Value
    unit: str
    low: float | None
    high: float | None
    doc: str
    source: str
    evidence: str


class ParametersVersion(VersionHead):
    """A version with its parameters."""

    items: list[Parameter]
    revision: int


class ParametersList(ParametersVersion):
    """The active version with its parameters, and the heads of all versions."""

    versions: list[VersionHead]


@router.get("/parameters", operation_id="read_parameters", response_model=ParametersList)
def read_parameters(space: Space, principal: Reader, changed: ChangedOnly = False) -> dict[str, Any]:
    """The active parameters, each with its value, unit, range and source, and all versions that there are."""
    found = parameters.shown(space, principal, changed=changed)
    return {**found, "versions": parameters.listed(space, principal)}


@router.post("/parameters", status_code=201, operation_id="save_parameters", response_model=ParametersVersion)
def save_parameters(space: Space, principal: Admin, body: NewParameters) -> dict[str, Any]:
    """Save a version with some values replaced; scores stay as they are until it is activated."""
    return parameters.save(space, principal, body.values, base=body.base, note=body.note)


@router.get("/parameters/{id}", operation_id="read_parameters_version", response_model=ParametersVersion)
def read_parameters_version(
    space: Space, principal: Reader, id: ItemId, changed: ChangedOnly = False
) -> dict[str, Any]:
    """One version, each parameter with its value, unit, range and source."""
    return parameters.shown(space, principal, id, changed=changed)


@router.post("/parameters/{id}/activate", operation_id="activate_parameters", response_model=ParametersVersion)
def activate_parameters(space: Space, principal: Admin, id: ItemId, body: Reason) -> dict[str, Any]:
    """Compute all scores with this version from now on, an earlier one too."""
    return parameters.activate(space, principal, id, note=body.note)
