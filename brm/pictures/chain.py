"""The decision chain of an account or opportunity as a picture for a slide."""

from __future__ import annotations

from brm.i18n import Catalogue
from brm.pictures import Shape, chain_cards, org_layout
from brm.pictures.chain_cards import draw_badge, draw_card, draw_dashed, draw_influence, draw_tag, tag_width
from brm.pictures.chain_tree import Hierarchy, hierarchy
from brm.pictures.legend import Entry, draw_legend
from brm.pictures.org_layout import Block, Box
from brm.pictures.palette import INK, MUTED, NO_STANCE, OURS, PAPER, REPORTS, RIVALS, STANCES, UNKNOWN, StanceLook
from brm.pictures.svg import Drawing, fitted

MARGIN, TOP, NARROWEST = 28.0, 92.0, 980.0
STRIP_CARD = (177.0, 59.0)


def chain_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of a decision chain in the shape of ``brm map``."""
    known = hierarchy(shape)
    block = org_layout.arrange([chain_cards.node_of(root, len(known.people)) for root in known.roots])
    width = max(block.width, NARROWEST) + 2 * MARGIN
    title = texts.text("picture.chain_title", subject=shape["subject"]["name"])
    about = _about(shape, known, texts)
    drawing = Drawing(title, f"{about} {texts.text('picture.chain_desc')}", texts.language)
    drawing.label(MARGIN, 44, fitted(title, 22, width - 2 * MARGIN, bold=True), size=22, bold=True)
    drawing.label(MARGIN, 68, fitted(about, 12.5, width - 2 * MARGIN), size=12.5, fill=MUTED)
    left = (width - block.width) / 2
    _draw_people(drawing, known, block, left, texts, shape)
    y = TOP + (block.height if known.roots else 0) + 30
    if not known.roots:
        drawing.label(MARGIN, y, texts.text("picture.nobody"), size=14, fill=MUTED)
        y += 30
    y = _missing_roles(drawing, shape["missing_roles"], y, width, texts)
    y = draw_legend(drawing, _legend(texts), MARGIN, y, width - 2 * MARGIN)
    return drawing.document(width, y + 8)


def _about(shape: Shape, known: Hierarchy, texts: Catalogue) -> str:
    return texts.text(
        "picture.chain_about", day=shape["as_of"], people=len(known.people), missing=len(shape["missing_roles"]),
        vacant=len(shape["vacant_seats"]),
    )  # fmt: skip


def _draw_people(drawing: Drawing, known: Hierarchy, block: Block, left: float, texts: Catalogue, shape: Shape) -> None:
    boxes = {key: Box(box.x + left, box.y + TOP, box.width, box.height) for key, box in block.boxes.items()}
    with drawing.group(class_="reports"):
        for line in block.lines:
            drawing.line([(x + left, y + TOP) for x, y in line], stroke=REPORTS, line=1.4)
    with drawing.group(class_="conflicts"):
        for one, other in _conflicts(known):
            drawing.path(chain_cards.conflict_path(boxes[one], boxes[other]), **chain_cards.CONFLICT_LOOK)
    for card in known.cards():
        draw_card(drawing, card, boxes[card.key], len(known.people), texts)


def _conflicts(known: Hierarchy) -> list[tuple[str, str]]:
    """Pairs of cards between which there is a conflict; of people who are not drawn, the card they count on."""
    pairs = {
        (min(known.place[person["id"]], known.place[other]), max(known.place[person["id"]], known.place[other]))
        for person in known.people
        for other in person["conflicts"]
        if other in known.place
    }
    return sorted(pair for pair in pairs if pair[0] != pair[1])


def _missing_roles(drawing: Drawing, roles: list[str], y: float, width: float, texts: Catalogue) -> float:
    """Dashed cards for the roles that nobody is known for; where the next thing may begin."""
    if not roles:
        return y
    drawing.label(MARGIN, y + 4, texts.text("picture.missing_roles"), size=12.5, bold=True)
    across, down = STRIP_CARD
    a_row = max(1, int((width - 2 * MARGIN + 14) // (across + 14)))
    for at, role in enumerate(roles):
        x, top = MARGIN + at % a_row * (across + 14), y + 16 + at // a_row * (down + 14)
        box = Box(x, top, across, down)
        draw_dashed(drawing, box, texts.word("buying_role", role), texts.text("picture.missing_role"), "role", role)
    return y + 16 + -(-len(roles) // a_row) * (down + 14) + 16


def _legend(texts: Catalogue) -> list[list[Entry]]:
    stances = [_badge(look, texts.text(f"picture.stance.{look.code}")) for look in STANCES]
    stances.append(_badge(NO_STANCE, texts.text("map.unknown")))
    lines = [
        Entry(
            texts.text("picture.legend.reports"), 30,
            lambda d, x, y: d.line([(x, y), (x + 30, y)], stroke=REPORTS, line=1.6),
        ),
        Entry(
            texts.text("picture.legend.conflict"), 30,
            lambda d, x, y: d.path(f"M{x:g} {y:g} H{x + 30:g}", **chain_cards.CONFLICT_LOOK),
        ),
        Entry(texts.text("picture.legend.influence"), 24, lambda d, x, y: draw_influence(d, x, y + 6, 3)),
        _tag(texts.text("picture.tag.ours", ties=2), OURS, texts.text("picture.legend.ours")),
        _tag(texts.text("picture.tag.rivals", ties=1), RIVALS, texts.text("picture.legend.rivals")),
        _tag(f"⚠ {texts.text('picture.tag.unmet')}", INK, texts.text("picture.legend.unmet")),
        Entry(texts.text("picture.legend.dashed"), 30, lambda d, x, y: d.rect(
            x, y - 8, 28, 16, fill=PAPER, stroke=UNKNOWN, line=1.4, dash="4 3", radius=3)),
    ]  # fmt: skip
    return [stances, lines]


def _badge(look: StanceLook, label: str) -> Entry:
    return Entry(label, 24, lambda d, x, y: draw_badge(d, x + 11, y, look))


def _tag(text: str, colour: str, label: str) -> Entry:
    width = tag_width(text)
    return Entry(label, width, lambda d, x, y: draw_tag(d, x + width, y - 8.5, text, colour))
