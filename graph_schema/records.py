"""Record types: what the service itself keeps. Records have no edges and no validity in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A
from typing import Any, ClassVar

from graph_schema.markers import Code, Doc, Instant, Record, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Record):
    """A bearer token, kept as a hash; never exported."""

    EXPORTED: ClassVar = False
    digest: A[str, Doc("SHA-256 of the secret, in hexadecimal")]
    scopes: A[tuple[str, ...], Doc("What it allows: read, write, admin")]
    person: A[str | None, Doc("Id of the person it acts for")] = None
    label: A[str | None, Doc("What it is for")] = None
    created_at: A[Instant, Doc("When it was made")]
    revoked_at: A[Instant | None, Doc("When it was withdrawn")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBatch(Record):
    """One import: where it came from, how far it got, what was rejected."""

    source: A[str, Doc("Name of the source")]
    status: A[Code, Doc("Status"), Words("import_status")]
    started_at: A[Instant, Doc("When it started")]
    finished_at: A[Instant | None, Doc("When it ended")] = None
    actor: A[str, Doc("Who started it")]
    digest: A[str | None, Doc("Digest of the files and the mapping")] = None
    facts: A[int, Doc("Facts written")] = 0
    unchanged: A[int, Doc("Facts that were there already")] = 0
    rejected: A[int, Doc("Rows rejected")] = 0
    undated: A[int, Doc("Rows without a date")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingState(Record):
    """What people decided about a finding."""

    rule: A[str, Doc("Rule id")]
    subject: A[str, Doc("Id of the subject")]
    key: A[str | None, Doc("Distinguishes findings of one rule on one subject")] = None
    state: A[str, Doc("snoozed, accepted or assigned")]
    until: A[Instant | None, Doc("When the decision expires")] = None
    actor: A[str, Doc("Who decided")]
    reason: A[str | None, Doc("Why")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Record):
    """A what-if: changes that are not facts."""

    name: A[str, Doc("Name")]
    scope: A[str, Doc("Id of the opportunity or account that it is about")]
    changes: A[Any, Doc("The proposals, each with the changes that it comes to")]
    base: A[int, Doc("Revision of the store that it was made on")]
    status: A[Code, Doc("Open, approved or discarded"), Words("draft_status")]
    actor: A[str, Doc("Who made it")]
    created_at: A[Instant, Doc("When")]
    updated_at: A[Instant, Doc("When its proposals last changed")]
    closed_by: A[str | None, Doc("Who approved or discarded it")] = None
    closed_at: A[Instant | None, Doc("When it was approved or discarded")] = None
    outcome: A[Any, Doc("What it became: facts, or the actions by proposal")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Record):
    """A deal review: the frozen scores, notes, decisions and commitments."""

    opportunity: A[str, Doc("Id of the opportunity")]
    as_of: A[Instant, Doc("The state that was reviewed")]
    revision: A[int, Doc("Revision of the store that the scores were frozen at")] = 0
    parameters: A[Any, Doc("Version and digest of the parameters that they were computed with")] = None
    scores: A[Any, Doc("The scores as they were shown")] = None
    notes: A[Any, Doc("What was said")] = None
    decisions: A[Any, Doc("What was decided")]
    commitments: A[Any, Doc("What was promised: the actions, and the evidence attached to each")] = None
    actor: A[str, Doc("Who led it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReview(Record):
    """A version of an account plan: frozen as it was reviewed, with the verdict."""

    account: A[str, Doc("Id of the company")]
    as_of: A[Instant, Doc("The state that was reviewed")]
    revision: A[int, Doc("Revision of the store that the plan was frozen at")]
    parameters: A[Any, Doc("Version and digest of the parameters that it was computed with")] = None
    plan: A[Any, Doc("The plan as it was shown")]
    verdict: A[Code, Doc("Approved, or changes asked for"), Words("plan_verdict")]
    comment: A[str | None, Doc("What the reviewer said")] = None
    actor: A[str, Doc("Who reviewed it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusProfile(Record):
    """A point of view to grade customers from; never changed, a later one of the same name replaces it."""

    name: A[str, Doc("Name")]
    weights: A[Any, Doc("Weight of each part of the grade")]
    kinds: A[Any, Doc("Kinds of company that it looks at; none: every account")] = None
    author: A[str, Doc("Who saved it")]
    created_at: A[Instant, Doc("When it was saved")]
    note: A[str | None, Doc("What it is for")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusActivation(Record):
    """From when on customers are graded by a focus profile; the last one rules."""

    profile: A[str, Doc("Name of the profile")]
    actor: A[str, Doc("Who activated it")]
    at: A[Instant, Doc("When")]
    note: A[str | None, Doc("Why")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait(Record):
    """A customer portrait: what the companies have in common that we look for."""

    name: A[str, Doc("Name")]
    predicates: A[Any, Doc("Field, comparison and value of each condition; all must hold")]
    author: A[str, Doc("Who saved it")]
    created_at: A[Instant, Doc("When it was saved")]
    note: A[str | None, Doc("What it is for")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard(Record):
    """A fitted model, as data, with its evaluation."""

    kind: A[str, Doc("What it predicts")]
    fitted_at: A[Instant, Doc("When")]
    body: A[Any, Doc("Coefficients and evaluation")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet(Record):
    """A saved version of the parameters; never changed."""

    version: A[str, Doc("Version")]
    digest: A[str, Doc("Digest of all parameters under it when it was saved")]
    values: A[Any, Doc("The values that differ from the defaults, by name")]
    base: A[str, Doc("Version that it was made from")]
    author: A[str, Doc("Who saved it")]
    created_at: A[Instant, Doc("When it was saved")]
    note: A[str | None, Doc("What it is for")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterActivation(Record):
    """From when on scores are computed with a version of the parameters; the last one rules."""

    version: A[str, Doc("Version")]
    digest: A[str, Doc("Digest of all parameters under it at that moment")]
    actor: A[str, Doc("Who activated it")]
    at: A[Instant, Doc("When")]
    note: A[str | None, Doc("Why")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone(Record):
    """What remains of an erased person: no personal data."""

    erased_at: A[Instant, Doc("When")]
    actor: A[str, Doc("Who asked for it")]


RECORDS: tuple[type[Record], ...] = (
    Token, ImportBatch, FindingState, Draft, Review, PlanReview, FocusProfile, FocusActivation, Portrait,
    ModelCard, ParameterSet, ParameterActivation, Tombstone,
)  # fmt: skip
