"""A tree, drawn from left to right as SVG, and as text for who cannot see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from daylight.core.explained import Branch, DrawnTree

BOX, BOX_HEIGHT = 186, 42
ACROSS, DOWN = 236, 50
"""From one box to the next, by question and by leaf."""

LONGEST = 28
"""Letters of a line in a box."""


@dataclass(frozen=True, slots=True)
class TreeFigure:
    """A tree as it is shown.

    Attributes:
        drawing: The picture; wider than a telephone.
        rules: One line for each box: how deep it lies, and what it says.
        num_hidden: Leaves that are not drawn.
    """

    tree: DrawnTree
    drawing: Markup
    rules: Sequence[tuple[int, str]]
    num_hidden: int


def tree_figure(tree: DrawnTree | None) -> TreeFigure | None:
    """Lays out a tree, if there is one."""
    if tree is None:
        return None
    hidden = sum(branch.num_hidden for branch in tree.branches)
    return TreeFigure(tree, _drawing(tree), list(_rules(tree)), hidden)


def _drawing(tree: DrawnTree) -> Markup:
    spots: dict[int, tuple[float, float]] = {}
    floor = 0.0

    def put(place: int, level: int) -> float:
        nonlocal floor
        branch = tree.branches[place]
        if branch.yes is None or branch.no is None:
            y, floor = floor, floor + DOWN
        else:
            y = put(branch.yes, level + 1)  # the root stays where a narrow screen begins
            put(branch.no, level + 1)
        spots[place] = (level * ACROSS, y)
        return y

    put(0, 0)
    width = int(max(x for x, _ in spots.values())) + BOX + 2
    height = int(floor - DOWN) + BOX_HEIGHT + 2
    title = f"A tree of {tree.num_leaves} leaves; the same is written below"
    parts = [
        f'<svg class="tree" viewBox="-1 -1 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{title}">'
    ]
    for place, branch in enumerate(tree.branches):
        for word, below in (("yes", branch.yes), ("no", branch.no)):
            if below is not None:
                parts.append(_edge(word, spots[place], spots[below]))
    parts += [_box(tree, place, *spots[place]) for place in sorted(spots)]
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - names are escaped


def _edge(word: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y = start[0] + BOX, start[1] + BOX_HEIGHT / 2
    to_x, to_y = end[0], end[1] + BOX_HEIGHT / 2
    middle = x + (to_x - x) / 3
    line = to_y + (-5 if word == "yes" else 13)
    return (
        f'<path class="edge" d="M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} '
        f'{to_y:g}"/><text class="tick" x="{to_x - 4:g}" y="{line:g}" '
        f'text-anchor="end">{word}</text>'
    )


def _box(tree: DrawnTree, place: int, x: float, y: float) -> str:
    branch = tree.branches[place]
    is_leaf = not branch.question and not branch.num_hidden
    first = branch.question or _answer(branch, tree.labels)
    second = f"{branch.num_examples:,} examples"
    if branch.question:
        second = f"{branch.num_examples:,}: {_answer(branch, tree.labels)}"
    elif branch.num_hidden:
        second = f"{branch.num_examples:,}, {branch.num_hidden} leaves not drawn"
    parts = [
        f'<g class="{"leaf" if is_leaf else "asks"}"><title>{escape(_said(branch, tree))}</title>',
        f'<rect class="box" x="{x:g}" y="{y:g}" width="{BOX}" height="{BOX_HEIGHT}" rx="3"/>',
        f'<text class="first" x="{x + 8:g}" y="{y + 16:g}">{escape(_short(first))}</text>',
        f'<text class="tick" x="{x + 8:g}" y="{y + 30:g}">{escape(_short(second))}</text>',
    ]
    at = x + 8
    for name, share in _bars(branch, tree.labels):
        width = (BOX - 16) * share
        parts.append(
            f'<rect class="{name}" x="{at:.1f}" y="{y + 35:g}" width="{width:.1f}" height="4"/>'
        )
        at += width
    return "".join([*parts, "</g>"])


def _bars(branch: Branch, labels: Sequence[str]) -> list[tuple[str, float]]:
    """Of two labels both shares, of more that of the answer."""
    if not branch.shares:
        return []
    if len(labels) == 2:
        return [("one", branch.shares[0]), ("other", branch.shares[1])]
    return [("one", branch.shares[labels.index(branch.answer)])]


def _answer(branch: Branch, labels: Sequence[str]) -> str:
    if not branch.shares:
        return branch.answer if not branch.question else f"{branch.answer} on average"
    return f"{branch.answer} {_percent(branch.shares[labels.index(branch.answer)])}"


def _said(branch: Branch, tree: DrawnTree) -> str:
    """Everything that is known of a node."""
    shares = sorted(zip(branch.shares, tree.labels, strict=False), reverse=True)
    told = ", ".join(f"{label} {_percent(share)}" for share, label in shares if share)
    said = f"{branch.num_examples:,} training examples: {told or branch.answer}"
    if branch.num_hidden:
        said += f"; {branch.num_hidden} leaves below are not drawn"
    return f"{branch.question}? {said}" if branch.question else said


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _rules(tree: DrawnTree) -> Iterator[tuple[int, str]]:
    """Depth first; what follows a yes comes before what follows a no."""
    waiting = [(0, 0, "")]
    while waiting:
        place, level, before = waiting.pop()
        branch = tree.branches[place]
        yield level, f"{before}{_said(branch, tree)}"
        if branch.no is not None and branch.yes is not None:
            waiting += [(branch.no, level + 1, "no: "), (branch.yes, level + 1, "yes: ")]
