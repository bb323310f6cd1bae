"""Where the cards of an organisation go.

Managers stand side by side under their own manager, each above their people; people without reports are
stacked below one another. Where a level is wider than the room its columns continue in rows underneath,
tied together by a trunk on the left. No two cards overlap and no line crosses a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, inf

ACROSS, DOWN, BETWEEN, INDENT, GUTTER, LONGEST_STACK = 22.0, 44.0, 18.0, 22.0, 20.0, 6
"""Gaps between columns, levels and stacked cards; indents of a stack and of wrapped rows; cards in a stack."""
SLIDE, UNWRAPPED = (1600.0, 900.0), 2000.0
"""What a picture must fit in, and the width up to which whole levels are kept in one row."""
_ROOMS = (3200.0, 2700.0, 2300.0, 2000.0, 1750.0, 1500.0, 1250.0)

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A card with its size, and those below it."""

    key: str
    width: float
    height: float
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """Where a card is."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(slots=True)
class Block:
    """Cards and reporting lines with their extent; ``port`` is where a line from above comes in."""

    width: float = 0.0
    height: float = 0.0
    port: float = 0.0
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def take(self, other: Block, x: float, y: float) -> None:
        """Put another block into this one."""
        for key, box in other.boxes.items():
            self.boxes[key] = Box(box.x + x, box.y + y, box.width, box.height)
        self.lines += [tuple((px + x, py + y) for px, py in line) for line in other.lines]
        self.width, self.height = max(self.width, x + other.width), max(self.height, y + other.height)


def arrange(roots: Sequence[Node]) -> Block:
    """The forest laid out in the width at which it reads largest on a slide."""
    whole = _forest(roots, inf)
    if whole.width <= UNWRAPPED:
        return whole
    return max((whole, *(_forest(roots, room) for room in _ROOMS)), key=_scale)


def _scale(block: Block) -> float:
    return min(SLIDE[0] / block.width, SLIDE[1] / block.height)


def _forest(roots: Sequence[Node], room: float) -> Block:
    if len(roots) == 1:
        return _block(roots[0], room)
    whole = Block()
    for row, y in _rows(_columns(roots, room, joined=False), room):
        for column, x in row:
            whole.take(column, x, y)
    return whole


def _block(node: Node, room: float) -> Block:
    """A card with everything below it."""
    whole = _card(node)
    if not node.children:
        return whole
    if len(node.children) <= LONGEST_STACK and not any(child.children for child in node.children):
        stack = _stack(node.children, joined=True)
        whole.take(stack, 0, node.height + BETWEEN)
        whole.lines.append(((stack.port, node.height), (stack.port, node.height + BETWEEN)))
        return whole
    return _with_columns(node, _columns(node.children, room - GUTTER, joined=True), room)


def _with_columns(node: Node, columns: list[Block], room: float) -> Block:
    rows = list(_rows(columns, room - GUTTER))
    gutter = GUTTER if len(rows) > 1 else 0.0
    top = node.height + DOWN
    whole = Block()
    ports = [x + gutter + column.port for column, x in rows[0][0]]
    middle = (ports[0] + ports[-1]) / 2
    left = max(0.0, middle - node.width / 2)
    shift = max(0.0, node.width / 2 - middle)
    whole.take(_card(node), left, 0)
    whole.port = left + node.width / 2
    for row, y in rows:
        for column, x in row:
            whole.take(column, x + gutter + shift, top + y)
        _join(whole, row, gutter + shift, top + y, trunk=shift + gutter / 2 if gutter else None)
    first_bus, last_bus = top - DOWN / 2, top + rows[-1][1] - DOWN / 2
    whole.lines.append(((whole.port, node.height), (whole.port, first_bus)))
    if gutter:
        whole.lines.append(((shift + gutter / 2, first_bus), (shift + gutter / 2, last_bus)))
    return whole


def _join(whole: Block, row: list[tuple[Block, float]], shift: float, y: float, *, trunk: float | None) -> None:
    """The line above a row, from which lines go down into its columns."""
    bus = y - DOWN / 2
    ports = [x + shift + column.port for column, x in row]
    start = ports[0] if trunk is None else trunk
    if ports[-1] > start:
        whole.lines.append(((start, bus), (ports[-1], bus)))
    whole.lines += [((port, bus), (port, y)) for port in ports]


def _columns(nodes: Sequence[Node], room: float, *, joined: bool) -> list[Block]:
    """Those with reports each as a column, then those without in stacks of even length."""
    columns = [_block(node, room) for node in nodes if node.children]
    leaves = [node for node in nodes if not node.children]
    if leaves:
        size = ceil(len(leaves) / ceil(len(leaves) / LONGEST_STACK))
        parts = [leaves[first : first + size] for first in range(0, len(leaves), size)]
        columns += [_stack(part, joined=joined) if len(part) > 1 else _card(part[0]) for part in parts]
    return columns


def _stack(nodes: Sequence[Node], *, joined: bool) -> Block:
    """Cards below one another, with a line along their left side where they hang on a manager."""
    indent = INDENT if joined else 0.0
    stack = Block(port=indent / 2)
    y = middle = 0.0
    for node in nodes:
        stack.take(_card(node), indent, y)
        middle = y + node.height / 2
        if joined:
            stack.lines.append(((stack.port, middle), (indent, middle)))
        y += node.height + BETWEEN
    if joined:
        stack.lines.append(((stack.port, 0.0), (stack.port, middle)))
    return stack


def _card(node: Node) -> Block:
    box = Box(0, 0, node.width, node.height)
    return Block(node.width, node.height, port=node.width / 2, boxes={node.key: box})


def _rows(columns: list[Block], room: float) -> Iterator[tuple[list[tuple[Block, float]], float]]:
    """Rows of (column, x) with the row's y; a column wider than the room has a row of its own."""
    row: list[tuple[Block, float]] = []
    x = y = 0.0
    for column in columns:
        if row and x + column.width > room:
            yield row, y
            y += max(each.height for each, _ in row) + DOWN
            row, x = [], 0.0
        row.append((column, x))
        x += column.width + ACROSS
    if row:
        yield row, y
