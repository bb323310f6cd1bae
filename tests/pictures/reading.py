"""Reads an SVG back: elements by class, rectangles, colours, texts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass

SPACE = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "g", "rect", "circle", "path", "text", "title", "desc"}


@dataclass(frozen=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Rectangle) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


class Picture:
    def __init__(self, svg: str) -> None:
        self.source = svg
        self.root = ElementTree.fromstring(svg)
        self.width, self.height = float(self.root.attrib["width"]), float(self.root.attrib["height"])

    def groups(self, class_: str) -> list[ElementTree.Element]:
        return [each for each in self.root.iter(f"{SPACE}g") if class_ in each.get("class", "").split()]

    def cards(self) -> dict[str, Rectangle]:
        """Where each card is: the first rectangle of its group."""
        cards = self.groups("card")
        found = {each.attrib["data-id"]: rectangle(next(each.iter(f"{SPACE}rect"))) for each in cards}
        assert len(found) == len(cards), "a card is drawn twice"
        return found

    def texts(self) -> list[str]:
        return ["".join(each.itertext()) for each in self.root.iter(f"{SPACE}text")]

    def colours(self) -> set[str]:
        return set(re.findall(r'"(#[0-9a-f]{6})"', self.source))


def rectangle(element: ElementTree.Element) -> Rectangle:
    return Rectangle(*(float(element.get(name, "0")) for name in ("x", "y", "width", "height")))


def points_of(path: ElementTree.Element) -> list[tuple[float, float]]:
    numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def is_standalone(picture: Picture) -> bool:
    """Well-formed, named, sized, without script, style, reference or anything that is not drawn."""
    tags = {each.tag.removeprefix(SPACE) for each in picture.root.iter()}
    named = [picture.root.find(f"{SPACE}{tag}") for tag in ("title", "desc")]
    return (
        tags <= ALLOWED
        and all(each is not None and each.text for each in named)
        and picture.root.get("viewBox") == f"0 0 {picture.root.get('width')} {picture.root.get('height')}"
        and not re.search(r"href|url\(|<script|<style|<!|\bon[a-z]+=", picture.source)
        and "xmlns" in picture.source
    )


def fills_and_inks(picture: Picture, class_: str) -> Iterator[tuple[str, str]]:
    """For each group: the fill of its first rectangle and the ink of every text in it."""
    for group in picture.groups(class_):
        first = next(group.iter(f"{SPACE}rect"))
        yield from ((first.attrib["fill"], each.attrib["fill"]) for each in group.iter(f"{SPACE}text"))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
