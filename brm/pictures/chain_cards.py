"""The cards of a decision chain: what stands on them, and how large they are."""

from __future__ import annotations

from typing import Any

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.chain_tree import MORE, PERSON, Card
from brm.pictures.org_layout import Box, Node
from brm.pictures.palette import CONFLICT, INK, MUTED, NO_STANCE, OURS, PAPER, RIVALS, UNKNOWN, StanceLook
from brm.pictures.svg import Drawing, clean, fitted, number, text_width

DASHES = "5 3"
NAME, SMALL, TAG = 13.5, 11.0, 10.5
BADGE, LEFT, TAG_HEIGHT = 11.0, 38.0, 17.0
HIGH_STEP, NEXT_TO = 4, 60.0
"""From this step of influence a person whom nobody of ours reaches is marked; cards nearer than this are neighbours."""


def size_of(card: Card, people: int) -> tuple[float, float]:
    """Width and height: five steps by influence for people, the smallest for everything else."""
    step = palette.influence_step(card.shape["influence"], people) if card.kind == PERSON else 1
    return 190.0 + 9 * step, 56.0 + 3 * step


def node_of(card: Card, people: int) -> Node:
    """The card with all below it, as the layout wants it."""
    width, height = size_of(card, people)
    return Node(card.key, width, height, tuple(node_of(below, people) for below in card.children))


def draw_card(drawing: Drawing, card: Card, box: Box, people: int, texts: Catalogue) -> None:
    """One card in its place."""
    if card.kind == PERSON:
        _person(drawing, card.shape, box, people, texts)
    elif card.kind == MORE:
        draw_dashed(drawing, box, texts.text("picture.more_people", people=card.counted), "", card.kind, card.key)
    else:
        title = str(card.shape["title"])
        draw_dashed(drawing, box, title, texts.text("picture.vacant_seat"), card.kind, card.key)


def draw_dashed(drawing: Drawing, box: Box, name: str, below: str, kind: str, key: str) -> None:
    """A card for what is not there: a vacant seat, a role nobody is known for, people who are not drawn."""
    with drawing.group(f"{name} · {below}" if below else name, class_=f"card {kind}", data_id=key):
        drawing.rect(box.x, box.y, box.width, box.height, fill=PAPER, stroke=UNKNOWN, line=1.5, dash=DASHES, radius=6)
        middle = box.y + box.height / 2
        room = box.width - 20
        if not below:
            drawing.label(box.x + box.width / 2, middle + 5, fitted(name, NAME, room), size=NAME, fill=MUTED,
                         anchor="middle")  # fmt: skip
            return
        draw_badge(drawing, box.x + 20, middle, NO_STANCE)
        room = box.width - LEFT - 10
        drawing.label(box.x + LEFT, middle - 3, fitted(name, NAME, room, bold=True), size=NAME, bold=True)
        drawing.label(box.x + LEFT, middle + 14, fitted(below, SMALL, room), size=SMALL, fill=MUTED)


def _person(drawing: Drawing, shape: Shape, box: Box, people: int, texts: Catalogue) -> None:
    look = palette.stance_look(shape["stance"])
    step = palette.influence_step(shape["influence"], people)
    with drawing.group(_told(shape, look, texts), class_=f"card {PERSON}", data_id=shape["id"]):
        dashes = DASHES if look is NO_STANCE else None
        drawing.rect(
            box.x, box.y, box.width, box.height, fill=look.fill, stroke=look.edge, line=1.5, dash=dashes, radius=6
        )
        draw_badge(drawing, box.x + 20, box.y + box.height / 2, look)
        left, room = box.x + LEFT, box.width - LEFT - 10
        lines = [line for line in (shape["title"], _roles(shape, texts)) if line]
        y = box.y + box.height / 2 + (5 if not lines else 5 - 7.5 * len(lines))
        draw_influence(drawing, box.x + box.width - 32, y, step)
        drawing.label(left, y, fitted(shape["name"], NAME, room - 28, bold=True), size=NAME, bold=True)
        for at, line in enumerate(lines):
            bold = at == len(lines) - 1 and bool(shape["roles"])
            drawing.label(left, y + 15 + 15 * at, fitted(line, SMALL, room, bold=bold), size=SMALL, bold=bold)
        _tags(drawing, shape, box, step, texts)


def _roles(shape: Shape, texts: Catalogue) -> str:
    words = [texts.word("buying_role", role) for role in shape["roles"]]
    return " · ".join([*words, texts.text("map.cycle")] if shape["cycle"] else words)


def _told(shape: Shape, look: StanceLook, texts: Catalogue) -> str:
    stance = shape["stance"]
    best = shape["best_tie"]
    parts = (
        shape["name"],
        shape["title"],
        _roles(shape, texts),
        texts.text("map.unknown") if stance is None else texts.text(f"picture.stance.{look.code}"),
        None if stance is None else texts.text("map.stance", stance=stance),
        texts.text("map.influence", influence=shape["influence"]),
        best and texts.text("picture.best_tie", name=best["colleague"]["name"], strength=best["strength"]),
    )
    return " · ".join(part for part in parts if part)


def _tags(drawing: Drawing, shape: Shape, box: Box, step: int, texts: Catalogue) -> None:
    """Ties of rivals and of ours, veto, and that nobody reaches an influential person: on the lower edge."""
    tags: list[tuple[str, str]] = []
    if shape["veto"]:
        tags.append((texts.text("picture.tag.veto"), INK))
    if shape["rival_ties"]:
        tags.append((texts.text("picture.tag.rivals", ties=shape["rival_ties"]), RIVALS))
    if not shape["our_ties"] and step >= HIGH_STEP:
        tags.append((f"⚠ {texts.text('picture.tag.unmet')}", INK))
    right = box.x + box.width - 6
    for text, colour in tags:
        right -= draw_tag(drawing, right, box.y + box.height - 7, text, colour) + 4
    if shape["our_ties"]:
        draw_tag(drawing, right, box.y + box.height - 7, _our_tag(shape, right - box.x - 8, texts), OURS)


def _our_tag(shape: Shape, room: float, texts: Catalogue) -> str:
    """How many of ours know the person, and who best, where that fits."""
    short = texts.text("picture.tag.ours", ties=shape["our_ties"])
    best = shape["best_tie"]
    if best is None:
        return short
    words = {"ties": shape["our_ties"], "name": clean(best["colleague"]["name"]), "strength": best["strength"]}
    whole = texts.text("picture.tag.ours_best", **words)
    return whole if tag_width(whole) <= room else short


def tag_width(text: str) -> float:
    """How wide a tag is."""
    return text_width(text, TAG, bold=True) + 12


def draw_tag(drawing: Drawing, right: float, top: float, text: str, colour: str) -> float:
    """A round tag that ends at the right; its width."""
    width = tag_width(text)
    drawing.rect(right - width, top, width, TAG_HEIGHT, fill=colour, stroke=PAPER, line=1, radius=TAG_HEIGHT / 2)
    drawing.label(right - width / 2, top + 12.3, text, size=TAG, fill=PAPER, bold=True, anchor="middle")
    return width


def draw_badge(drawing: Drawing, x: float, y: float, look: StanceLook) -> None:
    """The sign of a stance in a disc of its colour; drawn, since fonts lack the signs."""
    if look is NO_STANCE:
        drawing.circle(x, y, BADGE, fill=PAPER, stroke=UNKNOWN, line=1.2, dash="3 2")
        drawing.label(x, y + 4.5, "？", size=12, bold=True, anchor="middle")
        return
    drawing.circle(x, y, BADGE, fill=look.edge)
    if look.sign == "o":
        drawing.circle(x, y, 3.6, fill=look.edge, stroke=look.badge_ink, line=1.8)
        return
    middles = (x,) if len(look.sign) == 1 else (x - 4.1, x + 4.1)
    reach = 4.2 if len(look.sign) == 1 else 3.0
    for at in middles:
        drawing.line([(at - reach, y), (at + reach, y)], stroke=look.badge_ink, line=2)
        if "+" in look.sign:
            drawing.line([(at, y - reach), (at, y + reach)], stroke=look.badge_ink, line=2)


def draw_influence(drawing: Drawing, x: float, y: float, step: int) -> None:
    """Five bars on a base line, as many filled as the step says."""
    for at in range(5):
        height = 3 + 2 * at
        drawing.rect(x + 4.6 * at, y - height, 3.4, height, fill=INK if at < step else "#b4bac3")


def conflict_path(one: Box, other: Box) -> str:
    """A curve between two cards' edges that says: these two are against each other.

    Over the cards of a row it runs above them, within a column on their right, else from side to side.
    """
    left, right = sorted((one, other), key=lambda box: (box.x, box.y))
    apart = right.x - left.x - left.width
    if apart < 0:
        (ax, ay), (bx, by) = (left.x + left.width, left.middle[1]), (right.x + right.width, right.middle[1])
        bulge = max(ax, bx) + 24
        first, second = (bulge, ay), (bulge, by)
    elif abs(left.y - right.y) < left.height / 2 and apart > NEXT_TO:
        (ax, ay), (bx, by) = (left.x + left.width * 0.7, left.y), (right.x + right.width * 0.3, right.y)
        top = min(ay, by) - 18
        first, second = (ax + 30, top), (bx - 30, top)
    else:
        (ax, ay), (bx, by) = (left.x + left.width, left.middle[1]), (right.x, right.middle[1])
        pull = max(10.0, apart * 0.4)
        first, second = (ax + pull, ay), (bx - pull, by)
    points = (ax, ay, *first, *second, bx, by)
    return "M{} {} C{} {} {} {} {} {}".format(*map(number, points))


CONFLICT_LOOK: dict[str, Any] = {"stroke": CONFLICT, "line": 1.8, "dash": "6 4"}
