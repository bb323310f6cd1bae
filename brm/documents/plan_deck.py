"""An account plan as slides: heat, org map, coverage, white space, waterfall, strategy and outlook."""

from __future__ import annotations

from typing import Any

from brm.documents import Shape
from brm.documents.customer_document import customer_document
from brm.documents.deck import HEIGHT, MARGIN, SMALL, TOP, WIDTH, Deck, Page
from brm.documents.document import Document, Line, Section, Table
from brm.documents.plan_document import plan_document
from brm.i18n import Catalogue
from brm.pictures import org_layout, palette
from brm.pictures.chain_tree import MORE, PERSON, Card, hierarchy
from brm.pictures.heat import kind_label
from brm.pictures.org_layout import Node
from brm.pictures.palette import MUTED, PAPER, UNKNOWN
from brm.pictures.waterfall import LOWERS, RAISES, TOTAL, steps

MOST_CARDS = 24
"""People on the slide of the org map; the rest are counted."""
CARD = (150.0, 46.0)
PARTS = ("who", "coverage", "how", "strategy", "evaluate")
MOST_LINES = 20


def plan_pptx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the presentation, for us or for the customer."""
    if shape["audience"] == "customer":
        return _shared(customer_document(shape, texts))
    document = plan_document(shape, texts)
    deck = Deck(document.title, document.day)
    _front(deck, document)
    page = deck.page(texts.text("plan.who"), document.head[0])
    _heat(page, shape["who"], texts)
    facts = [block.text for block in document.sections[0].blocks if isinstance(block, Line)]
    page.text("\n".join(facts), (MARGIN, TOP + 110, WIDTH - 2 * MARGIN, 120), size=14)
    _map(deck.page(texts.text("plan.map"), texts.text("plan.map_about")), shape["coverage"]["map"], texts)
    waterfall = shape["evaluate"].get("leading")
    sections = {section.title: section for section in document.sections}
    for name in PARTS[1:]:
        _section(deck, sections[texts.text(f"plan.{name}")])
        if name == "how" and waterfall is not None:
            title = texts.text("plan.waterfall", deal=waterfall["subject"]["name"])
            _waterfall(
                deck.page(title, texts.text(f"deal.label.{waterfall['label']}", n=waterfall["n"])), waterfall, texts
            )
    _outlook(deck.page(texts.text("plan.table.past")), shape["evaluate"]["outlook"], texts)
    return deck.content()


def _shared(document: Document) -> bytes:
    deck = Deck(document.title, document.day)
    _front(deck, document)
    for section in document.sections:
        _section(deck, section)
    return deck.content()


def _front(deck: Deck, document: Document) -> None:
    page = deck.page("")
    page.text(document.title, (MARGIN, 190, WIDTH - 2 * MARGIN, 60), size=34, bold=True)
    page.text("\n".join(document.head), (MARGIN, 260, WIDTH - 2 * MARGIN, 80), size=14, colour=MUTED)


def _section(deck: Deck, section: Section) -> None:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    if tables:
        deck.tables(section.title, tables)
    lines = [block.text for block in section.blocks if isinstance(block, Line)]
    for begin in range(0, len(lines), MOST_LINES):
        page = deck.page(section.title)
        room = (MARGIN, TOP, WIDTH - 2 * MARGIN, HEIGHT - TOP - 40)
        page.text("\n".join(f"• {line}" for line in lines[begin : begin + MOST_LINES]), room)


def _heat(page: Page, who: Shape, texts: Catalogue) -> None:
    """Six cards in the hues of the heat table; a threat's are turned round."""
    edges = palette.heat_edges(who["bands"])
    across = (WIDTH - 2 * MARGIN - 5 * 12) / 6
    for at, (kind, cell) in enumerate(who["cells"].items()):
        box = (MARGIN + at * (across + 12), TOP, across, 84.0)
        if cell is None:
            page.card([kind_label(kind, texts), "—"], box, dashed=True)
            continue
        place = palette.heat_bin(cell["score"], edges, threat=kind == "competitor")
        change = "" if cell["change"] is None else f"{cell['change']:+.1f}".replace("-", "−")
        lines = [kind_label(kind, texts), f"{cell['score']:.1f}  {change}", texts.text(f"band.{cell['band']}")]
        little = cell["completeness"] < palette.LITTLE_KNOWN
        page.card(lines, box, fill=palette.HEAT[place], ink=palette.HEAT_INK[place], dashed=little)


def _map(page: Page, shape: Shape, texts: Catalogue) -> None:
    """The org map in cards and connectors that follow when a card is moved."""
    known = hierarchy(shape, MOST_CARDS)
    block = org_layout.arrange([_node(root) for root in known.roots])
    if not known.roots:
        return
    room = (WIDTH - 2 * MARGIN, HEIGHT - TOP - 30)
    scale = min(room[0] / block.width, room[1] / block.height, 1.0)
    left = MARGIN + (room[0] - block.width * scale) / 2
    drawn = {}
    for card in known.cards():
        box = block.boxes[card.key]
        place = (left + box.x * scale, TOP + box.y * scale, box.width * scale, box.height * scale)
        drawn[card.key] = _card(page, card, place, max(SMALL * scale, 5.0), texts)
    for card in known.cards():
        for below in card.children:
            page.connect(drawn[card.key], drawn[below.key])


def _node(card: Card) -> Node:
    return Node(card.key, *CARD, tuple(_node(below) for below in card.children))


def _card(page: Page, card: Card, box: tuple[float, float, float, float], size: float, texts: Catalogue) -> Any:
    if card.kind == MORE:
        return page.card([texts.text("picture.more_people", people=card.counted)], box, dashed=True, size=size)
    if card.kind != PERSON:
        lines = [str(card.shape["title"]), texts.text("picture.vacant_seat")]
        return page.card(lines, box, dashed=True, size=size)
    look = palette.stance_look(card.shape["stance"])
    roles = " · ".join(texts.word("buying_role", role) for role in card.shape["roles"])
    numbers = texts.text("plan.card", influence=card.shape["influence"], tie=card.shape["tie"])
    lines = [f"{look.sign} {card.shape['name']}", *(line for line in (card.shape["title"], roles) if line), numbers]
    unknown = card.shape["stance"] is None
    return page.card(
        lines, box, fill=PAPER if unknown else look.fill, edge=UNKNOWN if unknown else look.edge, dashed=unknown,
        size=size,
    )  # fmt: skip


def _waterfall(page: Page, score: Shape, texts: Catalogue) -> None:
    """A stacked chart whose first series lifts the bars and is not seen."""
    listed = steps(score, texts)
    series = [
        (texts.text("plan.waterfall.from"), [0.0 if s.total else min(s.start, s.end) for s in listed], None),
        (texts.text("plan.waterfall.total"), [s.end if s.total else 0.0 for s in listed], TOTAL),
        (texts.text("picture.legend.raises"), [0.0 if s.total else max(s.end - s.start, 0) for s in listed], RAISES),
        (texts.text("picture.legend.lowers"), [0.0 if s.total else max(s.start - s.end, 0) for s in listed], LOWERS),
    ]
    names = [_short(step.text) for step in listed]
    page.chart(names, series, (MARGIN, TOP, WIDTH - 2 * MARGIN, HEIGHT - TOP - 30), stacked=True)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _outlook(page: Page, outlook: Shape, texts: Catalogue) -> None:
    quarters = outlook["quarters"]
    series = [
        (
            texts.text(f"plan.column.{name}"),
            [_number(each[name]) for each in quarters],
            colour,
        )
        for name, colour in (("forecast", TOTAL), ("actual", RAISES))
    ]
    box = (MARGIN, TOP, WIDTH - 2 * MARGIN, HEIGHT - TOP - 30)
    page.chart([each["quarter"] for each in quarters], series, box, number_format="#,##0")


def _number(amount: Shape | None) -> float | None:
    return None if amount is None else float(amount["amount"])
