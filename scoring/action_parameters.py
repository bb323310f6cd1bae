"""The parameters of next best actions: effort, success, and what an hour costs. Part of the one parameter file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionParameters:
    """Effort and success by action, before any action is recorded, and the terms that all share."""

    hours: A[float, Number("Hours to spend on one deal's next actions", "hours", 0, 1000)] = 20.0
    hourly_cost: A[float, Number("Cost of a colleague's hour, in the scoring currency", "money", 0, 100_000)] = 200.0
    strength: A[float, Number("Recorded actions that one weighs as much as", "actions", 0.01, 1000)] = 10.0
    discount: A[float, Number("Yearly discount rate")] = 0.1
    close_days: A[float, Number("Days to the decision where no day is recorded", "days", 0, 3650)] = 180.0
    shown: A[float, Number("Most actions advised at once", "actions", 1, 5)] = 5.0
    considered: A[float, Number("Actions looked at after each answer to a question", "actions", 1, 10)] = 2.0
    executive_level: A[float, Number("Level from which our executives meet theirs", "level", 1, 5)] = 4.0

    win_over_hours: A[float, Number("Effort: win a person over", "hours", 0, 200)] = 6.0
    win_over_success: A[float, Number("Success: win a person over")] = 0.4
    build_champion_hours: A[float, Number("Effort: build a person up as a champion", "hours", 0, 200)] = 12.0
    build_champion_success: A[float, Number("Success: build a person up as a champion")] = 0.25
    reconcile_hours: A[float, Number("Effort: reconcile two people", "hours", 0, 200)] = 6.0
    reconcile_success: A[float, Number("Success: reconcile two people")] = 0.3
    meet_hours: A[float, Number("Effort: visit a person", "hours", 0, 200)] = 3.0
    meet_success: A[float, Number("Success: visit a person")] = 0.8
    get_introduced_hours: A[float, Number("Effort: be introduced to a person", "hours", 0, 200)] = 4.0
    get_introduced_success: A[float, Number("Success: be introduced to a person")] = 0.5
    executive_meeting_hours: A[float, Number("Effort: bring executives together", "hours", 0, 200)] = 8.0
    executive_meeting_success: A[float, Number("Success: bring executives together")] = 0.5
    ask_small_act_hours: A[float, Number("Effort: ask a supporter for a small act", "hours", 0, 200)] = 1.0
    ask_small_act_success: A[float, Number("Success: ask a supporter for a small act")] = 0.5
    prove_fit_hours: A[float, Number("Effort: prove how a requirement is met", "hours", 0, 200)] = 16.0
    prove_fit_success: A[float, Number("Success: prove how a requirement is met")] = 0.6
    close_requirement_hours: A[float, Number("Effort: meet a requirement in full", "hours", 0, 200)] = 40.0
    close_requirement_success: A[float, Number("Success: meet a requirement in full")] = 0.4
    ask_event_hours: A[float, Number("Effort: ask what forces a decision", "hours", 0, 200)] = 1.0
    ask_event_success: A[float, Number("Success: be told what forces a decision")] = 0.6
    ask_funds_hours: A[float, Number("Effort: ask about the funds", "hours", 0, 200)] = 1.0
    ask_funds_success: A[float, Number("Success: be told about the funds")] = 0.6
    ask_shortlist_hours: A[float, Number("Effort: ask who is on the shortlist", "hours", 0, 200)] = 1.0
    ask_shortlist_success: A[float, Number("Success: be told the shortlist")] = 0.5
    ask_rivals_hours: A[float, Number("Effort: ask who else competes", "hours", 0, 200)] = 1.0
    ask_rivals_success: A[float, Number("Success: be told who else competes")] = 0.6
    identify_role_hours: A[float, Number("Effort: find out who plays a role", "hours", 0, 200)] = 1.0
    identify_role_success: A[float, Number("Success: find out who plays a role")] = 0.6
