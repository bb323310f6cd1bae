"""The node types of the relationship graph. A property that is None is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from graph_schema.markers import (
    Bounds,
    Category,
    Code,
    Day,
    Doc,
    Instant,
    Money,
    Node,
    Points,
    Ref,
    Search,
    Sensitive,
    Unit,
    Words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Node):
    """An organisation: ours, a customer, a rival, a channel; several kinds at once are usual."""

    name: A[str, Doc("Name as people use it"), Search()]
    kinds: A[tuple[Code, ...] | None, Doc("What the company is to us"), Words("company_kind")] = None
    short_name: A[str | None, Doc("Abbreviation or brand"), Search()] = None
    registration_id: A[str | None, Doc("Number in the company register"), Search()] = None
    industry: A[str | None, Doc("Industry; the segment that priors are taken from"), Category()] = None
    region: A[str | None, Doc("Sales region"), Category()] = None
    country: A[str | None, Doc("Country"), Category()] = None
    website: A[str | None, Doc("Web address")] = None
    founded: A[int | None, Doc("Year of foundation"), Unit("year"), Bounds(1000, 2200)] = None
    employees: A[int | None, Doc("Number of employees"), Bounds(0, None)] = None
    revenue: A[Money | None, Doc("Yearly revenue")] = None
    potential: A[Money | None, Doc("Yearly spend that we could serve")] = None
    fee: A[Money | None, Doc("Yearly fee that it pays for our partner or service programme")] = None
    klass: A[Code | None, Doc("Class: target, potential, partner or not now"), Words("class")] = None
    lifecycle: A[Code | None, Doc("Where the customer stands in its life with us"), Words("lifecycle")] = None
    grade: A[Code | None, Doc("Service grade"), Words("grade")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgUnit(Node):
    """A department, division or committee of a company."""

    name: A[str, Doc("Name"), Search()]
    kind: A[Code | None, Doc("Sort of unit"), Words("unit_kind")] = None
    decision_rule: A[Code | None, Doc("How a committee decides"), Words("decision_rule")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Node):
    """A seat in an organisation, held by nobody, one person or several."""

    title: A[str, Doc("Title on the card"), Search()]
    function: A[str | None, Doc("Job role, e.g. procurement; colleagues are ranked within it"), Category()] = None
    level: A[
        int | None,
        Doc("1 staff, 2 manager, 3 department head, 4 executive, 5 top; absent = unknown"),
        Bounds(1, 5),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Node):
    """A person, whoever employs them: a customer's, a rival's or one of our own people."""

    name: A[str, Doc("Name"), Search()]
    other_name: A[str | None, Doc("Name in another script, or nickname"), Search()] = None
    email: A[str | None, Doc("Mail address"), Search(), Sensitive("personal")] = None
    phone: A[str | None, Doc("Telephone number"), Search(), Sensitive("personal")] = None
    chat: A[str | None, Doc("WeChat or other chat name"), Sensitive("personal")] = None
    language: A[str | None, Doc("Preferred language")] = None
    birthday: A[Day | None, Doc("Birthday, where it may be kept"), Sensitive("restricted")] = None
    personal_win: A[str | None, Doc("What this person gains if we win"), Sensitive("restricted")] = None
    agenda: A[str | None, Doc("What this person wants to achieve at work"), Sensitive("restricted")] = None
    communication_preference: A[str | None, Doc("How to approach"), Sensitive("personal")] = None
    interests: A[str | None, Doc("Interests, for advice only"), Sensitive("restricted")] = None
    sensitivity: A[Code | None, Doc("Who may see this person's ties"), Words("sensitivity")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity(Node):
    """A deal, open or closed; the closed ones are the projects that habits are learnt from."""

    name: A[str, Doc("Name"), Search()]
    status: A[Code | None, Doc("Open, won by us, lost to a rival, or no decision"), Words("opportunity_status")] = None
    kind: A[Code | None, Doc("Deal type"), Words("opportunity_kind")] = None
    stage: A[Code | None, Doc("Stage; its history is in the versions"), Words("stage")] = None
    tier: A[Code | None, Doc("Deal tier A to E"), Words("deal_tier")] = None
    opened_on: A[Day | None, Doc("Day the opportunity was opened")] = None
    expected_close_on: A[Day | None, Doc("Day the seller expects the decision")] = None
    closed_on: A[Day | None, Doc("Day of the decision")] = None
    winner: A[Ref | None, Doc("Vendor that won"), Points(("company",))] = None
    amount: A[Money | None, Doc("Amount the seller recorded")] = None
    budget: A[Money | None, Doc("Customer's budget")] = None
    budget_month: A[int | None, Doc("Month in which the budget is set"), Bounds(1, 12)] = None
    quoted: A[Money | None, Doc("Our quoted amount")] = None
    contract_amount: A[Money | None, Doc("Amount of the contract awarded")] = None
    margin: A[Money | None, Doc("Our margin in the deal")] = None
    award_form: A[Code | None, Doc("How the contract is awarded"), Words("award_form")] = None
    award_rule: A[Code | None, Doc("What decides among offers"), Words("award_rule")] = None
    price_weight: A[float | None, Doc("Share of price in the scoring sheet"), Bounds(0, 1)] = None
    specification_author: A[Ref | None, Doc("Who wrote the specification"), Points(("company", "person"))] = None
    bundled: A[bool | None, Doc("Several needs are bought as one")] = None
    compelling_event: A[str | None, Doc("What forces a decision by a date")] = None
    compelling_event_on: A[Day | None, Doc("Day of the compelling event")] = None
    loss_reason: A[str | None, Doc("Why the deal was lost"), Category()] = None
    decided_by: A[Code | None, Doc("Who really decided"), Words("decided_by")] = None
    veto_used: A[bool | None, Doc("Somebody used a veto")] = None
    claimed_likelihood: A[float | None, Doc("Win probability the seller typed; kept beside ours"), Bounds(0, 1)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Node):
    """A touchpoint between people at a moment; people take part in it."""

    at: A[Instant, Doc("When it happened or is planned")]
    channel: A[Code, Doc("Channel"), Words("channel")]
    purpose: A[Code | None, Doc("Purpose"), Words("purpose")] = None
    executive: A[bool | None, Doc("Executives of both sides met")] = None
    duration: A[float | None, Doc("Length"), Unit("minutes"), Bounds(0, None)] = None
    capture: A[Code | None, Doc("How the record came about"), Words("capture")] = None
    subject: A[str | None, Doc("Subject line"), Sensitive("personal")] = None
    cancelled: A[bool | None, Doc("It did not take place")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Node):
    """An item of evidence: something seen, written, told or believed, on a date."""

    at: A[Instant, Doc("When it was observed")]
    kind: A[str, Doc("What is observed: an observation kind, or criterion:, project_check:, state: and an id")]
    value: A[float | None, Doc("Size: a stance -1..1, a depth 0..5, a belief 0..1"), Bounds(-1, 5)] = None
    word: A[str | None, Doc("Word of the kind's own vocabulary, e.g. an orientation"), Category()] = None
    source_class: A[Code, Doc("Observed or document, inside source, seller's opinion"), Words("source_class")]
    reliability: A[float | None, Doc("Overrides the reliability of the source class"), Bounds(0, 1)] = None
    note: A[str | None, Doc("What was seen or said"), Sensitive("personal")] = None
    sensitivity: A[Code | None, Doc("Who may see it"), Words("sensitivity")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Node):
    """Something the customer asks of an offer."""

    text: A[str, Doc("The requirement"), Search()]
    weight: A[float | None, Doc("Weight in the decision"), Bounds(0, None)] = None
    mandatory: A[bool | None, Doc("An offer that fails it is out")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Node):
    """A signed agreement."""

    name: A[str, Doc("Title"), Search()]
    amount: A[Money | None, Doc("Amount")] = None
    signed_on: A[Day | None, Doc("Day of signature")] = None
    framework: A[bool | None, Doc("A framework agreement that later orders call on")] = None
    ends_on: A[Day | None, Doc("Last day")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Node):
    """Something promised by contract and delivered."""

    name: A[str, Doc("What is delivered"), Search()]
    due_on: A[Day | None, Doc("Day promised")] = None
    delivered_on: A[Day | None, Doc("Day delivered")] = None
    accepted_on: A[Day | None, Doc("Day the customer accepted it")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Node):
    """A service request or complaint."""

    name: A[str, Doc("What it is about"), Search()]
    opened_on: A[Day | None, Doc("Day opened")] = None
    closed_on: A[Day | None, Doc("Day closed")] = None
    severity: A[int | None, Doc("1 slight to 5 grave"), Bounds(1, 5)] = None
    complaint: A[bool | None, Doc("The customer complains")] = None
    satisfaction: A[float | None, Doc("The customer's rating of the handling"), Bounds(0, 1)] = None
    interaction: A[Ref | None, Doc("The contact in which it was raised"), Points(("interaction",))] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Node):
    """An amount due from the customer."""

    name: A[str | None, Doc("Reference"), Search()] = None
    amount: A[Money | None, Doc("Amount")] = None
    due_on: A[Day | None, Doc("Day due")] = None
    paid_on: A[Day | None, Doc("Day paid")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering(Node):
    """A product or service that somebody sells."""

    name: A[str, Doc("Name"), Search()]
    line: A[str | None, Doc("Product line"), Category()] = None
    list_price: A[Money | None, Doc("List price")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(Node):
    """An aim of the account plan."""

    name: A[str, Doc("The aim"), Search()]
    kind: A[Code | None, Doc("Revenue, development or relationship"), Words("objective_kind")] = None
    target: A[float | None, Doc("Number to reach")] = None
    score_kind: A[Code | None, Doc("Score that a relationship aim is measured by"), Words("score_kind")] = None
    due_on: A[Day | None, Doc("By when")] = None
    status: A[Code | None, Doc("Status"), Words("work_status")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Node):
    """Something somebody is to do; when promised to a customer's person it is a promise."""

    name: A[str, Doc("What is to be done"), Search()]
    play: A[str | None, Doc("Play that it follows"), Category()] = None
    due_on: A[Day | None, Doc("By when")] = None
    done_on: A[Day | None, Doc("Day done")] = None
    status: A[Code | None, Doc("Status"), Words("work_status")] = None
    hours: A[float | None, Doc("Effort"), Unit("hours"), Bounds(0, None)] = None
    score_kind: A[Code | None, Doc("Score that it is to move"), Words("score_kind")] = None
    aims_at: A[Ref | None, Doc("Whose score it is to move"), Points(("person", "company", "opportunity"))] = None
    expected_effect: A[float | None, Doc("Effect on the score when it was advised")] = None
    ignored_reason: A[str | None, Doc("Why it was not done")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Node):
    """What people wrote into an account plan."""

    text: A[str, Doc("The note"), Search()]
    topic: A[Code | None, Doc("What it is about"), Words("note_topic")] = None
    sensitivity: A[Code | None, Doc("Who may see it"), Words("sensitivity")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Node):
    """Support capacity: the hours of an expert or a team."""

    name: A[str, Doc("Name"), Search()]
    skill: A[str | None, Doc("Skill"), Category()] = None
    hours_per_week: A[float | None, Doc("Capacity"), Unit("hours per week"), Bounds(0, None)] = None
    hourly_cost: A[Money | None, Doc("Cost of an hour")] = None


NODES: tuple[type[Node], ...] = (
    Company, OrgUnit, Position, Person, Opportunity, Interaction, Observation, Requirement, Contract,
    Delivery, Ticket, Payment, Offering, Objective, Action, Resource, Note,
)  # fmt: skip
