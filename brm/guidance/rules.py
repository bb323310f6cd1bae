"""The rule library: stable id, severity, condition, and the play that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brm.guidance import conditions
from brm.guidance.conditions import Condition

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its texts are the messages ``finding.<id>`` and ``play.<play>``.

    ``personal`` findings are one per person; the others one per subject, or per the hit's key.
    """

    id: str
    severity: Severity
    condition: Condition
    play: str
    personal: bool = False


RULES: tuple[Rule, ...] = (
    Rule("influential_weak_tie", "high", conditions.influential_weak_tie, "get_introduced", personal=True),
    Rule("approver_unmet", "high", conditions.approver_unmet, "get_introduced", personal=True),
    Rule("influential_opponent", "high", conditions.influential_opponent, "win_over", personal=True),
    Rule("rival_ahead_on_veto", "high", conditions.rival_ahead_on_veto, "win_over", personal=True),
    Rule("supporters_outnumbered", "high", conditions.supporters_outnumbered, "win_over"),
    Rule("promise_overdue", "high", conditions.promise_overdue, "keep_promise"),
    Rule("tie_falling", "medium", conditions.tie_falling, "meet", personal=True),
    Rule("untested_supporter", "medium", conditions.untested_supporter, "ask_small_act", personal=True),
    Rule("single_champion", "medium", conditions.single_champion, "build_champion"),
    Rule("supporters_in_conflict", "medium", conditions.supporters_in_conflict, "reconcile", personal=True),
    Rule("role_missing", "medium", conditions.role_missing, "identify_role"),
    Rule("single_owner", "medium", conditions.single_owner, "name_backup"),
    Rule("no_executive_exchange", "medium", conditions.no_executive_exchange, "executive_meeting"),
    Rule("left_seat", "medium", conditions.left_seat, "follow_mover"),
    Rule("rival_field_unknown", "medium", conditions.rival_field_unknown, "ask_rivals"),
    Rule("deal_stuck", "medium", conditions.deal_stuck, "unblock_deal"),
    Rule("deal_slipping", "medium", conditions.deal_slipping, "confirm_date"),
    Rule("request_overdue", "medium", conditions.request_overdue, "do_request"),
    Rule("single_layer", "low", conditions.single_layer, "meet"),
    Rule("stance_only_opinion", "low", conditions.stance_only_opinion, "test_stance", personal=True),
    Rule("claim_far_from_belief", "low", conditions.claim_far_from_belief, "test_stance", personal=True),
    Rule("stage_without_evidence", "low", conditions.stage_without_evidence, "gather_evidence"),
    Rule("no_part_owner", "low", conditions.no_part_owner, "name_part_owner"),
    Rule("no_known_opponent", "low", conditions.no_known_opponent, "look_for_opponent"),
)
