"""Account plans as files where little is known, or where names and texts are awkward."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from brm.documents.document import Document
from brm.documents.markdown import markdown
from brm.errors import InvalidInput
from brm.i18n import LANGUAGES, catalogue
from brm.plans import exporting
from brm.principal import local_admin
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet
from tests.services.deal_world import SETTINGS, edge, node

ADMIN = local_admin("en", "Asia/Shanghai")
NAME = "Acme\x0b & Sons " + "x" * 300
SPARSE = {
    "a deal, no people": [node("opportunity", "d", name="D", status="open"), edge("for", "d", "c")],
    "people, no deal": [
        node("person", "p", name="P"), node("position", "seat", title="T"), edge("seat_in", "seat", "c"),
        edge("holds", "p", "seat"),
    ],
}  # fmt: skip


def world(*changes: Change) -> Workspace:
    workspace = Workspace(open_store("memory://", zone=SETTINGS["tz"]), Settings(store="memory://", **SETTINGS))
    companies = (
        node("company", "us", name="Us", kinds=("ours",)),
        node("company", "c", name=NAME, kinds=("customer",)),
    )
    workspace.store.apply(ChangeSet(actor="t", source="t", changes=(*companies, *changes)))
    return workspace


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("known", SPARSE)
def test_a_plan_of_which_little_is_known_is_written_in_every_form(known: str, language: Any) -> None:
    """Its name is longer than file properties may be, and holds a character that office files cannot."""
    workspace, texts = world(*SPARSE[known]), catalogue(language)
    shape = exporting.plan_for(workspace, ADMIN, "c", texts, form="pptx")
    shared = exporting.plan_for(workspace, ADMIN, "c", texts, "customer")
    written: Any
    for each in (shape, shared):
        written = exporting.exported(each, "md", texts)
        assert "\n- \n" not in written
        written = exporting.exported(each, "xlsx", texts)
        assert "x" * 300 in load_workbook(io.BytesIO(written)).properties.title
        written = exporting.exported(each, "pptx", texts)
        title = Presentation(io.BytesIO(written)).core_properties.title
        assert (len(title), "Acme\ufffd & Sons" in title) == (255, True)
    document = exporting.document(shape, texts)
    assert all(section.blocks for section in document.sections)


def test_slides_without_the_extra_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pptx", None)
    texts = catalogue("en")
    shape = exporting.plan_for(world(*SPARSE["people, no deal"]), ADMIN, "c", texts, "customer", form="pptx")
    with pytest.raises(InvalidInput, match="not installed") as refused:
        exporting.exported(shape, "pptx", texts)
    assert refused.value.remedy == "install it with pip install 'brm[office]'"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("- a", r"\- a"), ("12. a", r"12\. a"), ("+ a", r"\+ a"), ("---", r"\---"),
        ("a &lt; ~~b~~", r"a \&lt; \~\~b\~\~"),
        ("2026-06-30", "2026-06-30"), ("+1.5", "+1.5"), ("0.0", "0.0"), (" <b>|", r"\<b\>\|"),
    ],
)  # fmt: skip
def test_what_people_wrote_is_no_markup(text: str, written: str) -> None:
    document = Document("t", "2026-06-30")
    document.section("s").line(text)
    assert markdown(document) == f"# t\n\n## s\n\n- {written}\n"
