"""The frame that charts are drawn in: its scales, their numbers, and pieces of SVG."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from markupsafe import Markup, escape

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 38


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of an axis; ``low < high``."""

    low: float
    high: float

    @classmethod
    def around(cls, low: float, high: float) -> Self:
        """Widened to round numbers, so that it has an extent and its ends can be read.

        >>> Scale.around(0.13, 0.91)
        Scale(low=0.0, high=1.0)
        """
        if high <= low:
            low, high = low - 0.5, high + 0.5
        step = _round_step(high - low)
        return cls(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def ticks(self) -> list[float]:
        """Round numbers from end to end."""
        step = _round_step(self.high - self.low)
        count = round((self.high - self.low) / step)
        return [self.low + index * step for index in range(count + 1)]


class Frame:
    """Scales data to the drawing, y upwards."""

    def __init__(
        self, across: Scale, up: Scale, *, height: int = HEIGHT, bottom: int = BOTTOM
    ) -> None:
        self.across, self.up = across, up
        self.floor = height - bottom

    def x(self, value: float) -> str:
        return f"{LEFT + self.across.share(value) * (WIDTH - LEFT - RIGHT):.1f}"

    def y(self, value: float) -> str:
        return f"{self.floor - self.up.share(value) * (self.floor - TOP):.1f}"

    def rows(self) -> list[str]:
        """Lines across with their numbers."""
        parts = []
        for tick in self.up.ticks():
            y = self.y(tick)
            name = "axis" if tick == self.up.low else "grid"
            parts.append(
                f'<line class="{name}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
            )
            parts.append(
                text_at("tick", str(LEFT - 8), f"{float(y) + 4:.1f}", tick_text(tick), "end")
            )
        return parts

    def columns(self, title: str) -> list[str]:
        """Round numbers below the drawing, as many as have room."""
        ticks = self.across.ticks()
        shown = ticks[:: math.ceil(len(ticks) / 6)]
        parts = [
            text_at("tick", self.x(tick), str(self.floor + 16), tick_text(tick), "middle")
            for tick in shown
        ]
        middle = f"{(LEFT + WIDTH - RIGHT) / 2:g}"
        return [*parts, text_at("tick", middle, str(self.floor + 33), title, "middle")]

    def epochs(self) -> list[str]:
        """At most eight whole numbers below the drawing."""
        first, last = int(self.across.low), int(self.across.high)
        step = math.ceil((last - first + 1) / 8)
        parts = [
            text_at("tick", self.x(epoch), str(self.floor + 16), str(epoch), "middle")
            for epoch in range(first, last + 1, step)
        ]
        middle = f"{(LEFT + WIDTH - RIGHT) / 2:g}"
        return [*parts, text_at("tick", middle, str(self.floor + 33), "epoch", "middle")]


def _round_step(extent: float) -> float:
    """1, 2 or 5 times a power of ten: about five steps."""
    power = 10.0 ** math.floor(math.log10(extent / 4))
    return min((1, 2, 5, 10), key=lambda factor: abs(factor * power - extent / 4)) * power


def tick_text(value: float) -> str:
    """A round number."""
    return f"{round(value, 9):,.7g}" if abs(value) > 1e-9 else "0"


def opened(name: str, size: tuple[int, int], title: str) -> str:
    """The beginning of a drawing; its title is read to those who do not see it."""
    return (
        f'<svg class="{name}" viewBox="0 0 {size[0]} {size[1]}" role="img">'
        f"<title>{escape(title)}</title>"
    )


def text_at(name: str, x: str, y: str, text: str, anchor: str) -> str:
    """A text at a place, which is escaped."""
    return f'<text class="{name}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def markup(parts: Iterable[str]) -> Markup:
    """Pieces that were made here as one."""
    return Markup("".join(parts))  # noqa: S704 - numbers, and text that was escaped
