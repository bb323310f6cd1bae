"""The companies around a customer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Texts
from api.networks import CompanyNetwork
from api.problems import PROBLEMS
from brm.services import chain_rendering, chains

router = APIRouter(tags=["accounts"], responses=PROBLEMS)


@router.get(
    "/accounts/{id}/network", operation_id="read_network", response_model=CompanyNetwork,
    response_model_exclude_unset=True,
)  # fmt: skip
def read_network(space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """Suppliers, resellers, agents, users, payers, group and partners of a customer, each with our tie to it."""
    return chain_rendering.network(chains.network(space, principal, id, when=when), texts)
