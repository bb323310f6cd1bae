"""A plan for its reader, ours or the customer's, in the form that is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from brm.documents.customer_document import customer_document
from brm.documents.document import Document
from brm.documents.markdown import markdown
from brm.documents.plan_deck import plan_pptx
from brm.documents.plan_document import plan_document
from brm.documents.sheets import sheets
from brm.guidance import deals
from brm.i18n import Catalogue
from brm.plans.customer_view import customer_view
from brm.plans.plan import plan
from brm.plans.rendering import plan as told
from brm.principal import Principal
from brm.services import rendering
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When

Audience = Literal["internal", "customer"]
Form = Literal["md", "json", "xlsx", "pptx"]


def plan_for(
    workspace: Workspace, principal: Principal, account: str, texts: Catalogue, audience: Audience = "internal",
    when: When = NOW, form: str = "json",
) -> dict[str, Any]:  # fmt: skip
    """The plan with its texts; for the customer only what is agreed with them and what they know themselves.

    For slides it carries the explained likelihood of the ``leading`` deal, the one that is expected to bring most.
    """
    if audience == "customer":
        return customer_view(workspace, principal, account, when=when)
    shape = told(plan(workspace, principal, account, when=when), texts, workspace.parameters.employee.currency)
    first = next((each["id"] for each in shape["evaluate"]["outlook"]["deals"] if each["expected"]), None)
    if form == "pptx" and first is not None:
        found = deals.likelihood(workspace, principal, first, when=when, change=False)
        shape["evaluate"] = {**shape["evaluate"], "leading": rendering.score(found, texts)}
    return shape


def document(shape: Mapping[str, Any], texts: Catalogue) -> Document:
    """What a plan says, in order."""
    return customer_document(shape, texts) if shape["audience"] == "customer" else plan_document(shape, texts)


def exported(shape: Mapping[str, Any], form: str, texts: Catalogue) -> str | bytes:
    """The content of the file."""
    match form:
        case "json":
            return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"
        case "md":
            return markdown(document(shape, texts))
        case "pptx":
            return plan_pptx(shape, texts)
        case _:
            return sheets(document(shape, texts), texts)
