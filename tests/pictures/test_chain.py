"""The decision chain: everybody once, no cards over one another, encoded as the colours of the page."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brm.i18n import LANGUAGES, catalogue
from brm.pictures import palette
from brm.pictures.chain import chain_svg
from brm.pictures.chain_tree import MOST_CARDS, hierarchy
from brm.pictures.org_layout import Node, arrange
from tests.pictures.reading import SPACE, Picture, Rectangle, contrast, is_standalone, points_of
from tests.pictures.shapes import NASTY, chain, chains, person, seat, walk

EN, ZH = catalogue("en"), catalogue("zh-CN")


def draw(shape: dict[str, Any], language: Any = EN) -> Picture:
    return Picture(chain_svg(shape, language))


def _card(picture: Picture, id_: str) -> Any:
    return next(each for each in picture.groups("card") if each.attrib["data-id"] == id_)


@given(chains())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_everybody_is_drawn_once_inside_the_picture_and_no_two_cards_overlap(shape: dict[str, Any]) -> None:
    """Whatever the reporting lines: several roots, vacant seats, circles through indirect superiors."""
    picture = draw(shape)
    cards = picture.cards()
    seats = {each["id"] for each in shape["vacant_seats"]}
    people = {each["id"] for each in walk(shape["people"])}
    assert cards.keys() == people | seats | set(shape["missing_roles"])
    assert [pair for pair in combinations(cards.values(), 2) if pair[0].overlaps(pair[1])] == []
    for card in cards.values():
        assert card.x >= 0 <= card.y
        assert card.x + card.width <= picture.width
        assert card.y + card.height <= picture.height
    assert is_standalone(picture)


@given(chains())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_reporting_line_crosses_a_card(shape: dict[str, Any]) -> None:
    picture = draw(shape)
    cards = [Rectangle(c.x + 1, c.y + 1, c.width - 2, c.height - 2) for c in picture.cards().values()]
    (group,) = picture.groups("reports")
    for path in group:
        (ax, ay), (bx, by) = points_of(path)
        assert ax == bx or ay == by
        line = Rectangle(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
        assert [card for card in cards if line.overlaps(card)] == []


@example([[[[], []]] * 20])
@example([[[[[], []], [[]], [[], [[]] * 3]]] * 12])
@example([[[]] * 70])
@given(st.recursive(st.just([]), lambda below: st.lists(below, max_size=14), max_leaves=300))
def test_a_layout_of_any_width_has_no_overlap_and_no_crossing(tree: list[Any]) -> None:
    """Also where levels are wrapped into rows."""
    number = iter(range(10_000))

    def node(below: list[Any]) -> Node:
        at = next(number)
        return Node(f"{at}", 150.0 + at % 60, 50.0 + at % 17, tuple(node(each) for each in below))

    block = arrange([node(each) for each in tree])
    boxes = [Rectangle(b.x, b.y, b.width, b.height) for b in block.boxes.values()]
    assert len(boxes) == next(number)
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []
    assert all(b.x >= 0 and b.x + b.width <= block.width + 1e-6 for b in boxes)
    assert all(b.y >= 0 and b.y + b.height <= block.height + 1e-6 for b in boxes)
    inner = [Rectangle(b.x + 1, b.y + 1, b.width - 2, b.height - 2) for b in boxes]
    for line in block.lines:
        (ax, ay), (bx, by) = line
        thin = Rectangle(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
        assert [card for card in inner if thin.overlaps(card)] == []


def test_a_level_that_is_too_wide_is_continued_in_a_row_below() -> None:
    """Twenty managers of two: 4,400 px in one row, so they are wrapped; five are not."""
    managers = [person(f"m{at}", person(f"m{at}a"), person(f"m{at}b")) for at in range(19)]
    cards = draw(chain(person("top", *managers))).cards()
    rows = {cards[f"m{at}"].y for at in range(19)}
    assert len(rows) >= 3
    assert max(card.x + card.width for card in cards.values()) < 2_000
    few = draw(chain(person("top", *managers[:5]))).cards()
    assert len({few[f"m{at}"].y for at in range(5)}) == 1


def test_managers_stand_side_by_side_and_people_without_reports_below_one_another() -> None:
    """Worked by hand: x and y of a manager's row are equal heights; of the stacked ones, equal left edges."""
    managers = [person(f"m{at}", person(f"m{at}a"), person(f"m{at}b")) for at in range(2)]
    cards = draw(chain(person("top", *managers, person("x"), person("y")))).cards()
    assert cards["m0"].y == cards["m1"].y == cards["x"].y
    assert cards["m0"].x < cards["m1"].x < cards["x"].x
    assert cards["x"].x == cards["y"].x
    assert cards["y"].y > cards["x"].y + cards["x"].height
    assert cards["m0a"].x == cards["m0b"].x > cards["m0"].x
    assert cards["top"].y + cards["top"].height < cards["m0"].y


@pytest.mark.parametrize("size", [MOST_CARDS, MOST_CARDS + 1, 400, 3_000])
def test_past_sixty_cards_the_least_influential_are_counted_under_their_manager(size: int) -> None:
    """One manager of everybody, influence falling, of whom the last plays a role: drawn all the same."""
    people = [person(f"p{at}", influence=1 / (at + 2), roles=[]) for at in range(size - 1)]
    people[-1]["roles"] = ["approver"]
    picture = draw(chain(person("top", *people, influence=0.9, roles=[])))
    cards = picture.cards()
    drawn = {each for each in cards if not each.startswith("more")}
    hidden = size - len(drawn)
    assert len(drawn) == min(size, MOST_CARDS)
    assert (f"＋ {hidden} more" in picture.texts()) == (hidden > 0) == ("more:top" in cards)
    assert {"top", "p0", people[-1]["id"]} <= drawn
    assert max(picture.width / 16, picture.height / 9) < 260


def test_a_very_long_chain_of_command_is_drawn() -> None:
    """1,000 people, each the manager of the next: more than there is room for, and deeper than a stack."""
    tree: dict[str, Any] = person("p999")
    for at in reversed(range(999)):
        tree = person(f"p{at}", tree)
    known = hierarchy(chain(tree))
    assert (sum(1 for _ in known.cards()), len(known.people), len(known.place)) == (MOST_CARDS + 1, 1_000, 1_000)


def test_a_circle_of_vacant_seats_and_people_is_cut_once() -> None:
    shape = chain(
        person("a", indirect_superior="b"), person("b", indirect_superior="s1"),
        vacant_seats=[seat("s1", "s2"), seat("s2", "a")],
    )  # fmt: skip
    known = hierarchy(shape)
    assert [card.key for card in known.cards()] == ["a", "s2", "s1", "b"]


def test_a_person_hangs_below_the_vacant_seat_that_they_report_to() -> None:
    shape = chain(person("top"), person("low", indirect_superior="top"), vacant_seats=[seat("s", "top", ("low",))])
    (root,) = hierarchy(shape).roots
    assert (root.key, root.children[0].key, root.children[0].children[0].key) == ("top", "s", "low")


@pytest.mark.parametrize(
    ("stance", "edge", "fill", "signs"),
    [
        (1.0, "#08306b", "#a5cbea", 4), (0.75, "#08306b", "#a5cbea", 4), (0.74, "#2f78b7", "#d5e8f7", 2),
        (0.25, "#2f78b7", "#d5e8f7", 2), (0.24, "#6b7280", "#f1f2f4", 0), (0.0, "#6b7280", "#f1f2f4", 0),
        (-0.25, "#6b7280", "#f1f2f4", 0), (-0.26, "#d98200", "#fde0b0", 1), (-0.75, "#d98200", "#fde0b0", 1),
        (-0.76, "#8a2f00", "#f2ad84", 2), (-1.0, "#8a2f00", "#f2ad84", 2), (None, "#6b7280", "#ffffff", 0),
    ],
)  # fmt: skip
def test_stance_is_border_fill_and_sign(stance: float | None, edge: str, fill: str, signs: int) -> None:
    """The sign's strokes: one a minus, two a plus, twice that for the strong ones. Unknown is white and dashed."""
    card = _card(draw(chain(person("a", stance=stance))), "a")
    frame = next(card.iter(f"{SPACE}rect"))
    assert (frame.attrib["stroke"], frame.attrib["fill"]) == (edge, fill)
    assert ("stroke-dasharray" in frame.attrib) == (stance is None)
    assert len(list(card.iter(f"{SPACE}path"))) == signs
    assert ("？" in ["".join(each.itertext()) for each in card.iter(f"{SPACE}text")]) == (stance is None)


@pytest.mark.parametrize(
    ("influence", "step"), [(0.0, 1), (0.04, 1), (0.05, 2), (0.1, 3), (0.19, 3), (0.2, 4), (0.29, 4), (0.3, 5)]
)
def test_influence_is_bars_and_size_against_the_average(influence: float, step: int) -> None:
    """Five people, so the average is .2: steps at a quarter, half, once and one and a half times that."""
    people = [person("a", influence=influence), *(person(f"p{at}") for at in range(4))]
    picture = draw(chain(*people))
    bars = list(_card(picture, "a").iter(f"{SPACE}rect"))[1:6]
    assert [each.attrib["fill"] for each in bars] == ["#1d2530"] * step + ["#b4bac3"] * (5 - step)
    assert picture.cards()["a"].width == 190 + 9 * step


def test_the_card_tells_name_title_roles_ties_and_veto() -> None:
    best = {"colleague": {"type": "person", "id": "e1", "name": "王芳"}, "strength": 0.61}
    one = person("a", our_ties=2, best_tie=best, rival_ties=1, veto=True, roles=["approver", "user"])
    for texts, expected in (
        (EN, {"us 2", "rival 1", "veto", "approver · user", "Head of IT", "Name a"}),
        (ZH, {"我 2", "竞 1", "否决权", "审批者 · 使用者", "Head of IT", "Name a"}),
    ):
        card = _card(draw(chain(one), texts), "a")
        assert expected <= {"".join(each.itertext()) for each in card.iter(f"{SPACE}text")}
        assert "王芳" in card.findtext(f"{SPACE}title")
    one = person("a", our_ties=2, best_tie=best)
    assert "我 2 · 王芳 61%" in draw(chain(one), ZH).texts()


def test_an_influential_person_nobody_knows_is_marked_and_others_are_not() -> None:
    people = [person("a", influence=0.9, our_ties=0), person("b", influence=0.9, our_ties=1), person("c", influence=0)]
    picture = draw(chain(*people))
    marked = [each.attrib["data-id"] for each in picture.groups("card") if "⚠ not covered" in "".join(each.itertext())]
    assert marked == ["a"]


def test_conflicts_are_dashed_lines_drawn_once_a_pair() -> None:
    picture = draw(chain(person("a", person("b", conflicts=["a"]), conflicts=["b", "elsewhere"]), person("c")))
    (group,) = picture.groups("conflicts")
    assert [(each.attrib["stroke"], each.attrib["stroke-dasharray"]) for each in group] == [("#b84a00", "6 4")]


def test_missing_roles_and_vacant_seats_are_dashed_cards() -> None:
    shape = chain(person("a"), missing_roles=["buyer", "user"], vacant_seats=[seat("s", "a")])
    for texts, said in ((EN, "nobody identified"), (ZH, "尚未识别")):
        picture = draw(shape, texts)
        assert {"buyer", "user", "s", "a"} == set(picture.cards())
        for id_ in ("buyer", "user", "s"):
            frame = next(_card(picture, id_).iter(f"{SPACE}rect"))
            assert (frame.attrib["fill"], frame.attrib["stroke-dasharray"]) == ("#ffffff", "5 3")
        assert picture.texts().count(said) == 2


def test_an_empty_chain_says_so() -> None:
    picture = draw(chain())
    assert "Nobody is known here yet." in picture.texts()
    assert is_standalone(picture)


def test_names_are_escaped_and_cut_to_the_card() -> None:
    picture = draw(
        chain(person("a", name=NASTY, title="t" * 500), subject={"type": "company", "id": "c", "name": NASTY})
    )
    shown = [text for text in picture.texts() if text.startswith("<b>&")]
    assert len(shown) == 1, "on the card it is cut"
    assert shown[0].endswith("…") or "\ufffd" in shown[0]
    assert "\x00" not in picture.source
    assert is_standalone(picture)


def test_the_same_shape_gives_the_same_picture() -> None:
    shape = chain(person("a", person("b"), conflicts=["b"]))
    assert chain_svg(shape, ZH) == chain_svg(shape, ZH) != chain_svg(shape, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_names_every_encoding(language: Any) -> None:
    texts = catalogue(language)
    shown = draw(chain(person("a")), texts).texts()
    said = [texts.text(f"picture.stance.{look.code}") for look in palette.STANCES]
    said += [texts.text("map.unknown"), texts.text("picture.legend.conflict"), texts.text("picture.legend.influence")]
    assert [each for each in said if each not in shown] == []


def test_ink_is_readable_on_every_fill_and_badge() -> None:
    for look in palette.STANCES:
        assert contrast(palette.INK, look.fill) >= 8.1, look
        assert contrast(look.badge_ink, look.edge) >= 4.5, look
    for tag in (palette.OURS, palette.RIVALS, palette.INK):
        assert contrast(palette.PAPER, tag) >= 4.5, tag
    assert contrast(palette.MUTED, palette.PAPER) >= 4.5
