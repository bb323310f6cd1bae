"""The closed vocabularies: stable codes in a fixed order. Labels in zh-CN and en live in brm/i18n.

A code's place in its tuple is its number in snapshots, so codes are appended, never reordered.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_WORDS: dict[str, tuple[str, ...]] = {
    "company_kind": (
        "ours", "customer", "prospect", "rival", "channel", "supplier", "consultant", "tender_agent",
        "regulator", "end_user_group", "principal", "partner",
    ),
    "unit_kind": ("department", "division", "committee"),
    "decision_rule": ("weighted", "single", "majority", "veto"),
    "buying_role": (
        "approver", "decider", "evaluator", "user", "initiator", "gatekeeper", "buyer",
        "economic_buyer", "legal_veto", "champion", "coach",
    ),
    "political_status": ("inner_circle", "political_structure", "outside"),
    "orientation": ("financial", "technical", "relationship", "business"),
    "source_class": ("observed", "inside", "opinion"),
    "observation_kind": (
        "stance", "claim", "tie", "depth", "political_status", "orientation", "funds", "event",
        "shortlist", "criterion", "project_check", "state",
    ),
    "tie_evidence": ("seen_with", "worked_together", "hired_from", "reference", "pilot", "win", "visit"),
    "channel": (
        "meeting", "site_visit", "workshop", "call", "video", "mail", "chat", "sms", "social", "web",
        "event", "ticket",
    ),
    "purpose": ("marketing", "sales", "delivery", "service", "research"),
    "capture": ("manual", "log", "mail", "calendar"),
    "took_part_role": ("from", "to", "cc", "organiser", "attendee"),
    "response": ("accepted", "declined", "tentative", "absent"),
    "opportunity_status": ("open", "won", "lost", "no_decision"),
    "opportunity_kind": ("new", "expansion", "renewal", "replacement"),
    "stage": (
        "verify", "approve", "needs", "value_presentation", "bid_preparation", "bidding", "negotiation",
    ),
    "deal_tier": ("A", "B", "C", "D", "E"),
    "award_form": ("open_tender", "invited_tender", "negotiated", "single_source", "framework_call"),
    "award_rule": ("lowest_price", "points", "best_value", "other"),
    "decided_by": ("one_person", "several", "whole_chain"),
    "class": ("target", "potential", "partner", "not_now"),
    "lifecycle": ("potential", "evaluating", "bought", "repeat", "advocate", "dormant", "lost"),
    "grade": ("key", "first", "second", "third"),
    "report_kind": ("solid", "dotted"),
    "supply_kind": ("supplies", "resells", "represents", "uses", "serves", "pays_commission"),
    "knows_kind": ("work", "ex_colleague", "alumni", "family", "friend", "adviser"),
    "partner_role": ("prime", "subcontractor", "integrator", "reseller", "adviser"),
    "proof": ("claimed", "documented", "tested", "delivered"),
    "team_role": ("account_manager", "sales", "presales", "service", "delivery", "executive", "partner"),
    "objective_kind": ("revenue", "development", "relationship"),
    "work_status": ("proposed", "open", "done", "ignored", "cancelled"),
    "state_kind": (
        "distress", "restructuring", "budget_freeze", "growth", "left", "joint_plan", "joint_innovation", "alliance",
    ),
    "import_status": ("running", "complete", "incomplete", "undone"),
    "draft_status": ("open", "approved", "discarded"),
    "sensitivity": ("normal", "restricted"),
    "score_kind": (
        "key_person", "decision_chain", "customer", "employee", "our_company", "competitor", "likelihood",
    ),
    "note_topic": ("strategy", "risk", "customer_goal", "support"),
    "plan_verdict": ("approved", "changes_asked"),
    "verb": ("set", "end", "correct", "retract"),
}  # fmt: skip

VOCABULARIES: Mapping[str, tuple[str, ...]] = MappingProxyType(_WORDS)

OPEN_KINDS = ("criterion", "project_check", "state")
"""Observation kinds that name an id after a colon: ``criterion:budget_known``."""


def code_number(vocabulary: str, code: str) -> int:
    """The place of ``code`` in its vocabulary; KeyError or ValueError when there is none."""
    return VOCABULARIES[vocabulary].index(code)
