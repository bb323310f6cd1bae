"""Focus profiles that customers are graded from, and customer portraits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import (
    Admin,
    ItemId,
    Moment,
    Reader,
    ScoringSpace,
    Space,
    Texts,
    Writer,
    decode_cursor,
    encode_cursor,
    foreign_cursor,
)
from api.focus import (
    Backtest,
    FocusAnswer,
    FocusList,
    FocusSensitivity,
    FocusSwitch,
    Matches,
    Portrait,
    PortraitList,
    PredicateShape,
)
from api.models import Dated
from api.paging import Cursor, Limit, numbers, paged
from api.problems import PROBLEMS
from brm.services import customer_telling, focus_effects, focus_profiles, portraits
from brm.services.portrait_fields import MOST_PREDICATES

router = APIRouter(responses=PROBLEMS)
Note = Annotated[str | None, Field(max_length=focus_profiles.LONGEST_NOTE)]
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Win the north"])]
Day = Annotated[
    str | None,
    Query(max_length=40, description="Day it is read on; default so many months ago", examples=["2025-06-30"]),
]


class NewFocus(BaseModel):
    """A profile to save."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    weights: dict[str, float] = Field(
        min_length=1, max_length=20, description="By part; only the proportions count", examples=[{"value": 3}]
    )
    kinds: list[str] = Field(default_factory=list, max_length=20, description="Kinds looked at; none: every account")
    note: Note = None


class Activation(BaseModel):
    """From when on, and why."""

    model_config = ConfigDict(extra="forbid")

    since: Dated | None = Field(default=None, description="First day; default from now on")
    note: Note = None


class Condition(PredicateShape):
    """A condition on an account."""

    model_config = ConfigDict(extra="forbid")


class NewPortrait(BaseModel):
    """A portrait to save; all conditions must hold."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    predicates: list[Condition] = Field(min_length=1, max_length=MOST_PREDICATES)
    note: Note = None


@router.get("/focus-profiles", tags=["focus"], operation_id="list_focus_profiles", response_model=FocusList)
def list_focus_profiles(space: Space, principal: Reader, texts: Texts, when: Moment) -> dict[str, Any]:
    """All focus profiles, which one rules at the moment, and all activations."""
    return customer_telling.profiles(focus_profiles.listed(space, principal, when=when), texts)


@router.post(
    "/focus-profiles", status_code=201, tags=["focus"], operation_id="save_focus_profile", response_model=FocusAnswer
)
def save_focus_profile(space: Space, principal: Admin, texts: Texts, body: NewFocus) -> dict[str, Any]:
    """Save a profile; customers are graded as before until it is activated."""
    found = focus_profiles.save(space, principal, body.name, body.weights, kinds=body.kinds, note=body.note)
    return customer_telling.focus(found, texts)


@router.get("/focus-profiles/{id}", tags=["focus"], operation_id="read_focus_profile", response_model=FocusAnswer)
def read_focus_profile(space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """One profile by its name."""
    return customer_telling.focus(focus_profiles.shown(space, principal, id, when=when), texts)


@router.post(
    "/focus-profiles/{id}/activate", tags=["focus"], operation_id="activate_focus_profile", response_model=FocusAnswer
)
def activate_focus_profile(
    space: Space, principal: Admin, texts: Texts, id: ItemId, body: Activation
) -> dict[str, Any]:
    """Grade customers by this profile from a day on."""
    found = focus_profiles.activate(space, principal, id, since=body.since, note=body.note)
    return customer_telling.focus(found, texts)


@router.get(
    "/focus-profiles/{id}/switch",
    tags=["focus"],
    operation_id="preview_focus_switch",
    response_model=FocusSwitch,
    response_model_exclude_unset=True,
)
def preview_focus_switch(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    base: Annotated[str | None, Query(max_length=100, description="Profile to compare with; default the one that "
                                      "rules")] = None,
    limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Who would move between grades were this profile to rule, and which parts move them; nothing is written."""
    begin = 0 if cursor is None else decode_cursor(cursor).get("n")
    if not isinstance(begin, int) or isinstance(begin, bool) or begin < 0:
        raise foreign_cursor()
    found = focus_effects.preview(space, principal, id, base=base, when=when, begin=begin, limit=limit)
    following = None if found["next"] is None else encode_cursor({"n": found["next"], "r": found["revision"]})
    return customer_telling.switch({**found, "next": following}, texts)


@router.get(
    "/focus-profiles/{id}/sensitivity",
    tags=["focus"],
    operation_id="read_focus_sensitivity",
    response_model=FocusSensitivity,
)
def read_focus_sensitivity(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId
) -> dict[str, Any]:
    """How many accounts change grade when each weight is 20 or 50 % less or more, and how far the order holds."""
    return customer_telling.sensitivity(focus_effects.sensitivity(space, principal, id, when=when), texts)


@router.get("/portraits", tags=["portraits"], operation_id="list_portraits", response_model=PortraitList)
def list_portraits(space: ScoringSpace, principal: Reader, when: Moment) -> dict[str, Any]:
    """All portraits, how many accounts each holds for, and what they can ask about."""
    return portraits.listed(space, principal, when=when)


@router.post("/portraits", status_code=201, tags=["portraits"], operation_id="save_portrait", response_model=Portrait)
def save_portrait(space: Space, principal: Writer, body: NewPortrait) -> dict[str, Any]:
    """Save a portrait; one of the same name is replaced."""
    asked = [each.model_dump() for each in body.predicates]
    return paged(portraits.save(space, principal, body.name, asked, note=body.note))


@router.get("/portraits/{id}", tags=["portraits"], operation_id="read_portrait", response_model=Portrait)
def read_portrait(
    space: ScoringSpace, principal: Reader, when: Moment, id: ItemId, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """One portrait by its name, with the accounts that it holds for."""
    return paged(portraits.shown(space, principal, id, when=when, limit=limit, after=numbers(cursor, 1)))


@router.get("/portraits/{id}/backtest", tags=["portraits"], operation_id="backtest_portrait", response_model=Backtest)
def backtest_portrait(
    space: ScoringSpace, principal: Reader, when: Moment, id: ItemId,
    months: Annotated[int, Query(ge=1, le=portraits.MOST_MONTHS, description="Within how many they bought")]
    = portraits.MONTHS,
    at: Day = None,
) -> dict[str, Any]:  # fmt: skip
    """Of the accounts it held for on an earlier day that had not bought, how many bought, against all others."""
    return portraits.backtest(space, principal, id, months=months, at=at, when=when)


@router.get("/portrait-matches", tags=["portraits"], operation_id="match_portrait", response_model=Matches)
def match_portrait(
    space: ScoringSpace, principal: Reader, when: Moment,
    where: Annotated[list[str], Query(min_length=1, max_length=MOST_PREDICATES, description="`FIELD=VALUE`, `!=`, "
                                      "`>=` or `<=`; all must hold", examples=[["industry=energy"]])],
    limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """The accounts that some conditions hold for; nothing is written."""
    found = portraits.counted(
        space, principal, portraits.parse(where), when=when, limit=limit, after=numbers(cursor, 1)
    )
    return paged(found)
