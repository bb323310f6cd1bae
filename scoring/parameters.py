"""The one parameter file: every number that a formula uses, with its unit, range and source.

A parameter's default is the field's default; its meaning stands in the `Number` beside it. An
installation overrides single values by dotted name (`Parameters.with_values`), and the digest of
the whole set goes with every score.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Annotated as A
from typing import Any

from scoring.account_parameters import (
    EntitlementParameters,
    EntryParameters,
    GradeParameters,
    LifecycleParameters,
    ListParameters,
)
from scoring.action_parameters import ActionParameters
from scoring.criteria_parameters import CriteriaParameters, CriterionPriorParameters, CriterionWeightParameters
from scoring.deal_parameters import LikelihoodParameters, SelectionParameters
from scoring.network_parameters import NetworkParameters
from scoring.parameter_markers import (
    FRIEDKIN,
    LITERATURE,
    Described,
    Number,
    Roles,
    Text,
    checked,
    described,
    markers,
)
from scoring.process_parameters import ProcessParameters

ENERGY = "energy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TieParameters:
    """Tie energy of two people and how it becomes strength."""

    executive: A[float, Number("Executive meeting", ENERGY, 0, 20)] = 4.0
    site_visit: A[float, Number("The customer's visit to a site", ENERGY, 0, 20)] = 4.0
    meeting: A[float, Number("Visit or meeting face to face", ENERGY, 0, 20)] = 3.0
    workshop: A[float, Number("Workshop", ENERGY, 0, 20)] = 3.0
    video: A[float, Number("Video call", ENERGY, 0, 20)] = 2.0
    call: A[float, Number("Telephone call", ENERGY, 0, 20)] = 1.5
    event: A[float, Number("Event that both attended", ENERGY, 0, 20)] = 1.0
    ticket: A[float, Number("Ticket answered", ENERGY, 0, 20)] = 1.0
    text_day: A[float, Number("Day of two-way mail, chat, SMS or social", ENERGY, 0, 5)] = 0.4
    text_cap: A[float, Number("Most energy that text alone can hold", ENERGY, 0, 100)] = 14.5
    text_window: A[float, Number("Days in which both must have written", "days", 1, 60)] = 7.0
    unanswered: A[float, Number("Unanswered outbound text, once a week", ENERGY, 0, 5)] = 0.1
    unanswered_cap: A[float, Number("Most energy of unanswered text", ENERGY, 0, 100)] = 1.0
    customer_started: A[float, Number("Factor when the customer started it", "1", 1, 5)] = 1.5
    half_life_opportunity: A[float, Number("Half-life in an opportunity's scope", "days", 7, 3650)] = 90.0
    half_life_account: A[float, Number("Half-life in an account's scope", "days", 7, 3650)] = 180.0
    scale: A[float, Number("Energy at which strength is 1 - 1/e", ENERGY, 0.1, 100)] = 9.0
    observed_tie: A[float, Number("A rival's tie that was observed, times rho", ENERGY, 0, 20)] = 3.0
    acquaintance: A[float, Number("A rival's KNOWS edge, times strength and rho", ENERGY, 0, 20)] = 3.0
    active: A[float, Number("Least strength of a tie that counts in breadth")] = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceParameters:
    """How observations are weighed, shrunk and turned into an interval."""

    observed: A[float, Number("Reliability of behaviour or a document")] = 1.0
    inside: A[float, Number("Reliability of an inside source")] = 0.7
    opinion: A[float, Number("Reliability of a seller's opinion")] = 0.3
    half_life: A[float, Number("Half-life of evidence", "days", 7, 3650)] = 180.0
    shrinkage: A[float, Number("Items of evidence that weigh as much as the prior", "items", 0, 100)] = 3.0
    z: A[float, Number("Normal quantile of P90", "sd", 0.1, 5, "standard normal, .9", LITERATURE)] = 1.2815515655446004
    band_cold: A[float, Number("Scores below are cold", "points", 0, 100)] = 40.0
    band_hot: A[float, Number("Scores from here are hot", "points", 0, 100)] = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceParameters:
    """Stance towards a vendor."""

    kappa: A[float, Number("Weight of the general stance", "items", 0.01, 100)] = 0.5
    opinion_cap: A[float, Number("Largest stance that opinions alone support")] = 0.5
    placeholder: A[float, Number("Stance of an unidentified expected role", "1", -1, 1)] = -0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthParameters:
    """Depth of contact."""

    rung_days: A[float, Number("Days without fresh evidence that cost a rung", "days", 30, 3650)] = 365.0
    top: A[float, Number("Highest rung", "rung", 1, 10)] = 5.0
    met: A[float, Number("Rung that an interaction proves", "rung", 0, 5)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SusceptibilityParameters:
    """How much a person's opinion follows those they listen to."""

    approver: A[float, Number("Approver", source=FRIEDKIN)] = 0.5
    decider: A[float, Number("Decider", source=FRIEDKIN)] = 0.5
    evaluator: A[float, Number("Evaluator", source=FRIEDKIN)] = 0.4
    user: A[float, Number("User", source=FRIEDKIN)] = 0.3
    initiator: A[float, Number("Initiator", source=FRIEDKIN)] = 0.3
    buyer: A[float, Number("Buyer", source=FRIEDKIN)] = 0.3
    gatekeeper: A[float, Number("Gatekeeper", source=FRIEDKIN)] = 0.2
    none: A[float, Number("No buying role", source=FRIEDKIN)] = 0.1
    inner_circle: A[float, Number("Added for the inner circle", "1", -1, 1)] = -0.1
    outside: A[float, Number("Added outside the political structure", "1", -1, 1)] = 0.1
    low: A[float, Number("Least susceptibility")] = 0.1
    high: A[float, Number("Greatest susceptibility", "1", 0, 0.95)] = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRightParameters:
    """Formal decision rights in a deal, and in an account without deals."""

    approver: A[float, Number("Approver")] = 0.35
    decider: A[float, Number("Decider")] = 0.35
    evaluator: A[float, Number("Evaluator")] = 0.20
    user: A[float, Number("User")] = 0.10
    closed_months: A[float, Number("Closed deals that count in an account", "months", 1, 120)] = 24.0
    closed_half_life: A[float, Number("Half-life of a closed deal", "days", 30, 3650)] = 365.0
    level_base: A[float, Number("Growth of rights per level of seat", "1", 1, 10)] = 2.0
    unknown_level: A[float, Number("Level assumed where unknown", "level", 1, 5)] = 2.0
    inner_circle: A[float, Number("Factor for the inner circle", "1", 0, 10)] = 2.0
    outside: A[float, Number("Factor outside the political structure", "1", 0, 10)] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningParameters:
    """Weight of an edge in who listens to whom."""

    influence: A[float, Number("INFLUENCES without a weight", "1", 0, 10)] = 1.0
    solid_up: A[float, Number("To the superior of a solid line", "1", 0, 10)] = 1.0
    solid_down: A[float, Number("To the subordinate of a solid line", "1", 0, 10)] = 0.3
    dotted_up: A[float, Number("To the superior of a dotted line", "1", 0, 10)] = 0.5
    dotted_down: A[float, Number("To the subordinate of a dotted line", "1", 0, 10)] = 0.15
    friend: A[float, Number("To a friend or adviser", "1", 0, 10)] = 0.3
    conflict: A[float, Number("Share of a weight that survives a conflict")] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPersonParameters:
    """Weights of warmth, the six parts of a key-person score."""

    tie: A[float, Number("Tie strength")] = 0.30
    reciprocity: A[float, Number("Reciprocity")] = 0.15
    depth: A[float, Number("Depth of contact")] = 0.35
    duration: A[float, Number("Duration")] = 0.10
    breadth: A[float, Number("Breadth")] = 0.10
    full_years: A[float, Number("Years of full duration", "years", 0.5, 50)] = 5.0
    full_colleagues: A[float, Number("Colleagues of full breadth", "people", 1, 50)] = 3.0
    reciprocity_days: A[float, Number("Days that reciprocity looks back", "days", 30, 3650)] = 365.0
    year_days: A[float, Number("Days of a year", "days", 360, 370, "Julian year", LITERATURE)] = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionChainParameters:
    """Weights of a decision-chain score and of the decision rules."""

    stance: A[float, Number("Weighted stance")] = 0.50
    tie: A[float, Number("Weighted tie strength")] = 0.20
    champion: A[float, Number("Champion")] = 0.15
    knowledge: A[float, Number("Knowledge of the expected roles")] = 0.15
    veto: A[float, Number("Share lost to a veto holder fully against")] = 0.5
    rule_prior: A[float, Number("Deals that the prior of the weighted rule counts", "deals", 0, 100)] = 3.0
    rule_least: A[float, Number("Closed deals needed to learn a rule", "deals", 1, 100)] = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageParameters:
    """Which seats count as covered."""

    covered: A[float, Number("A seat's cell is covered by a tie above")] = 0.3
    key_share: A[float, Number("Influence of a key person, in equal shares, at least", "1", 0, 20)] = 1.0
    single: A[float, Number("Dependence from which an account hangs on one colleague")] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerParameters:
    """Weights of a customer score, and the windows of what it reads."""

    key: A[float, Number("Key people")] = 0.35
    partner: A[float, Number("Share of a partner's tie that counts, as far as it is stronger than ours")] = 0.5
    general: A[float, Number("General contact over departments and levels")] = 0.20
    organisation: A[float, Number("Organisation: exchange, agreements, alliance")] = 0.20
    commercial: A[float, Number("Commerce: share of wallet, tenure, trend")] = 0.15
    service: A[float, Number("Service: deliveries, complaints, acceptance")] = 0.10
    risk: A[float, Number("Points lost to each risk at its worst", "points", 0, 20)] = 4.0
    organisation_half_life: A[float, Number("Half-life of ties between organisations", "days", 7, 3650)] = 365.0
    tenure_years: A[float, Number("Years of full tenure", "years", 0.5, 50)] = 5.0
    trend_days: A[float, Number("Days of each of the two windows of the trend", "days", 30, 1825)] = 365.0
    trend_clip: A[float, Number("Most growth or decline that counts")] = 0.5
    acceptance_days: A[float, Number("Days after delivery until acceptance is late", "days", 1, 365)] = 30.0
    fading_days: A[float, Number("Days of each window of fading contact", "days", 7, 365)] = 90.0
    overdue_days: A[float, Number("Days overdue at which a payment is at its worst", "days", 1, 730)] = 90.0
    severity_top: A[float, Number("Severity of the gravest complaint", "1", 1, 10)] = 5.0
    severity: A[float, Number("Severity of a complaint without one", "1", 0, 10)] = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorParameters:
    """What is assumed before a population is known; it weighs as much as ``accounts`` accounts."""

    accounts: A[float, Number("Accounts that a prior weighs as much as", "accounts", 0, 1000)] = 3.0
    executive_exchange: A[float, Number("Executive exchange")] = 0.3
    framework_agreement: A[float, Number("Framework agreement")] = 0.2
    joint_plan: A[float, Number("Joint plan")] = 0.1
    joint_innovation: A[float, Number("Joint innovation")] = 0.1
    alliance: A[float, Number("Alliance")] = 0.05
    wallet_share: A[float, Number("Share of wallet")] = 0.3
    tenure: A[float, Number("Tenure")] = 0.4
    trend: A[float, Number("Trend of revenue, .5 = steady")] = 0.5
    on_time: A[float, Number("Deliveries on time")] = 0.8
    complaints: A[float, Number("Service without complaints")] = 0.8
    acceptance: A[float, Number("Deliveries accepted")] = 0.8
    left: A[float, Number("Severity: a key person left")] = 0.05
    fading: A[float, Number("Severity: contact fades")] = 0.2
    rival_pilot: A[float, Number("Severity: a rival's pilot")] = 0.1
    overdue: A[float, Number("Severity: payment overdue")] = 0.1
    distress: A[float, Number("Severity: the customer is in distress")] = 0.05
    level_match: A[float, Number("Share of their key levels met by ours")] = 0.5
    win_rate: A[float, Number("Share of decided deals that we win")] = 0.3
    fit: A[float, Number("Fit of a vendor to the requirements")] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeParameters:
    """What a colleague's relationships are worth, and when they are ranked."""

    carried: A[float, Number("Share of one colleague's tie that the firm holds")] = 0.9
    margin_days: A[float, Number("Days of margin that value an account", "days", 30, 1825)] = 365.0
    basis_known: A[float, Number("Share of accounts that must know a basis of value")] = 0.5
    least_ranked: A[float, Number("Colleagues of a job role needed to rank in it", "people", 1, 1000)] = 5.0
    least_complete: A[float, Number("Completeness needed to be ranked")] = 0.4
    currency: A[str, Text("Currency of all amounts that are compared; others are not computable", "[A-Z]{3}")] = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurCompanyParameters:
    """Weights of our company's score."""

    tie: A[float, Number("The firm's ties with those who have influence")] = 0.35
    level: A[float, Number("Their key levels met by ours")] = 0.15
    redundancy: A[float, Number("Not depending on one colleague")] = 0.15
    fit: A[float, Number("Fit of the offer")] = 0.35
    reached: A[float, Number("Weighted tie from which redundancy counts in full", "1", 0.01, 1)] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitorParameters:
    """Weights of a competitor's score, and of what gives it momentum."""

    support: A[float, Number("Weighted stance")] = 0.40
    incumbency: A[float, Number("Incumbency")] = 0.25
    fit: A[float, Number("Fit of the offer")] = 0.20
    momentum: A[float, Number("Momentum")] = 0.15
    pilot: A[float, Number("Momentum of a pilot", "1", 0, 20)] = 3.0
    win: A[float, Number("Momentum of a win", "1", 0, 20)] = 3.0
    visit: A[float, Number("Momentum of a visit", "1", 0, 20)] = 1.0
    momentum_scale: A[float, Number("Sum at which momentum is 1 - 1/e", "1", 0.1, 100)] = 3.0


DEFAULT_ROLES = ("approver", "decider", "evaluator", "user", "buyer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRoleParameters:
    """The buying roles that a deal of each type is expected to have."""

    new: A[tuple[str, ...], Roles("New business")] = DEFAULT_ROLES
    expansion: A[tuple[str, ...], Roles("Expansion")] = DEFAULT_ROLES
    renewal: A[tuple[str, ...], Roles("Renewal")] = DEFAULT_ROLES
    replacement: A[tuple[str, ...], Roles("Replacement")] = DEFAULT_ROLES
    other: A[tuple[str, ...], Roles("Deal type unknown")] = DEFAULT_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceParameters:
    """Thresholds of the findings and the effects that advice expects."""

    influence_high: A[float, Number("Influence is high from this multiple of an equal share", "1", 0, 20)] = 1.5
    tie_weak: A[float, Number("A tie below is weak")] = 0.3
    supporter: A[float, Number("Stance of a supporter, at least")] = 0.5
    opponent: A[float, Number("Stance of an opponent, at most", "1", -1, 0)] = -0.25
    untested_depth: A[float, Number("Depth up to which a supporter is untested", "rung", 0, 5)] = 2.0
    falling_share: A[float, Number("Share of a tie lost that is a fall")] = 0.3
    falling_days: A[float, Number("Days over which the fall is measured", "days", 7, 730)] = 60.0
    falling_floor: A[float, Number("A tie that was weaker is not worth a finding")] = 0.2
    executive_days: A[float, Number("Days without executive exchange", "days", 30, 1825)] = 180.0
    moved_days: A[float, Number("Days during which a move is news", "days", 7, 730)] = 90.0
    claim_gap: A[float, Number("Difference of claimed and computed stance")] = 0.5
    stance_step: A[float, Number("Stance that an action is expected to gain")] = 0.25
    success: A[float, Number("Chance that an action succeeds")] = 0.4
    route_least: A[float, Number("Weakest introduction worth advising")] = 0.05
    acquaintance: A[float, Number("Strength of an acquaintance without a stated closeness")] = 0.4
    colleague: A[float, Number("Strength of the tie between two of our people")] = 0.6
    reporting: A[float, Number("Strength of the tie along a solid reporting line")] = 0.5
    supply_hop: A[float, Number("Strength between equals of two companies that a chain of SUPPLIES joins")] = 0.2
    group_hop: A[float, Number("Strength between equals of a company and its group, or of two of one group")] = 0.15
    stuck: A[float, Number("A deal's stay in a stage longer than so many usual ones is stuck", "1", 1, 20)] = 2.0
    slipped_days: A[float, Number("Days that the expected close moved later until a deal slips", "days", 1, 365)] = 14.0
    due_high: A[float, Number("Days to act on a grave finding", "days", 1, 365)] = 7.0
    due_medium: A[float, Number("Days to act on a serious finding", "days", 1, 365)] = 14.0
    due_low: A[float, Number("Days to act on a slight finding", "days", 1, 365)] = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A whole set; immutable, compared and cached by `digest`."""

    tie: TieParameters = field(default_factory=TieParameters)
    evidence: EvidenceParameters = field(default_factory=EvidenceParameters)
    stance: StanceParameters = field(default_factory=StanceParameters)
    depth: DepthParameters = field(default_factory=DepthParameters)
    susceptibility: SusceptibilityParameters = field(default_factory=SusceptibilityParameters)
    decision_rights: DecisionRightParameters = field(default_factory=DecisionRightParameters)
    listening: ListeningParameters = field(default_factory=ListeningParameters)
    key_person: KeyPersonParameters = field(default_factory=KeyPersonParameters)
    decision_chain: DecisionChainParameters = field(default_factory=DecisionChainParameters)
    selection: SelectionParameters = field(default_factory=SelectionParameters)
    likelihood: LikelihoodParameters = field(default_factory=LikelihoodParameters)
    criteria: CriteriaParameters = field(default_factory=CriteriaParameters)
    criterion_weight: CriterionWeightParameters = field(default_factory=CriterionWeightParameters)
    criterion_prior: CriterionPriorParameters = field(default_factory=CriterionPriorParameters)
    process: ProcessParameters = field(default_factory=ProcessParameters)
    coverage: CoverageParameters = field(default_factory=CoverageParameters)
    customer: CustomerParameters = field(default_factory=CustomerParameters)
    priors: PriorParameters = field(default_factory=PriorParameters)
    employee: EmployeeParameters = field(default_factory=EmployeeParameters)
    our_company: OurCompanyParameters = field(default_factory=OurCompanyParameters)
    competitor: CompetitorParameters = field(default_factory=CompetitorParameters)
    expected_roles: ExpectedRoleParameters = field(default_factory=ExpectedRoleParameters)
    guidance: GuidanceParameters = field(default_factory=GuidanceParameters)
    actions: ActionParameters = field(default_factory=ActionParameters)
    grade: GradeParameters = field(default_factory=GradeParameters)
    entry: EntryParameters = field(default_factory=EntryParameters)
    entitlement: EntitlementParameters = field(default_factory=EntitlementParameters)
    lifecycle: LifecycleParameters = field(default_factory=LifecycleParameters)
    lists: ListParameters = field(default_factory=ListParameters)
    network: NetworkParameters = field(default_factory=NetworkParameters)

    @property
    def digest(self) -> str:
        """SHA-256 over all names and values; equal sets have equal digests."""
        return _digest(self)

    def describe(self) -> list[Described]:
        """Every parameter with value, default, meaning, unit, range, source and kind of evidence."""
        listed = []
        for group in fields(self):
            values = getattr(self, group.name)
            for name, marker in markers(type(values)).items():
                listed.append(described(f"{group.name}.{name}", values, name, marker))
        return listed

    def with_values(self, values: Mapping[str, Any]) -> Parameters:
        """This set with some values replaced, each named like ``tie.video``.

        Raises KeyError for an unknown name and ValueError for a value outside its range.
        """
        known = {each.name for each in fields(self)}
        groups: dict[str, dict[str, Any]] = {}
        for dotted, value in values.items():
            group, _, name = dotted.partition(".")
            named = markers(type(getattr(self, group))) if group in known else {}
            if name not in named:
                raise KeyError(dotted)
            groups.setdefault(group, {})[name] = checked(dotted, named[name], value)
        return replace(self, **{group: replace(getattr(self, group), **given) for group, given in groups.items()})


@lru_cache(maxsize=256)
def _digest(parameters: Parameters) -> str:
    values = {each.name: each.value for each in parameters.describe()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


DEFAULTS = Parameters()
