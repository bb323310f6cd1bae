"""All that a review of a deal needs on one page, as numbers and codes."""

from __future__ import annotations

from typing import Any

from brm.guidance import deals, engine, next_actions
from brm.principal import Principal
from brm.services.questions import questions
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When

FINDINGS = 3
"""The gravest findings that a brief tells."""


def brief(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """Likelihood with its reasons, last week's change, questions, standing, findings and next actions of a deal.

    Each part is what its own question answers, so that the page and the details never differ.
    InvalidInput for anything but a deal; NotComputable where we are not in the deal's field at that date.
    """
    principal.require("read")
    asked = questions(workspace, principal, id_, weeks=0, when=when)
    likelihood = deals.likelihood(workspace, principal, id_, when=when)
    found = engine.findings(workspace, principal, id_, when=when)
    return {
        "likelihood": likelihood,
        "questions": asked,
        "findings": found[:FINDINGS],
        "findings_more": len(found) - len(found[:FINDINGS]),
        "guidance": next_actions.guidance(workspace, principal, id_, when=when),
        "parameters": workspace.parameter_set.named,
        "revision": likelihood["revision"],
    }
