"""What came of making another form of a package."""

from typing import Literal

from daylight.core.config import Config
from daylight.core.rows import Row, size
from daylight.core.sections import Difference

FormName = Literal["float32", "bf16", "int8"]

MIN_SPEEDUP = 1.05


class Speedup(Config):
    """How many times as fast the form answers as the package that it was made of.

    Attributes:
        rows: That are asked at a time.
        ratio: The median of interleaved rounds; its quartiles are ``low`` and ``high``.
    """

    rows: int
    ratio: float
    low: float
    high: float


class Exported(Config):
    """A form of a package, beside the package that it was made of.

    Attributes:
        made_of: The model digest of that package.
        size_bytes: Of this one, as it is shipped.
        num_examples: Of the validation split, on which both answered.
        speedups: Of the model; reading and processing inputs takes as long as before.
        differences: Of the metrics; none for float32, which is the same model.
        cpu: The processor on which this was measured.
    """

    form: FormName
    made_of: str
    size_bytes: int
    num_examples: int
    speedups: tuple[Speedup, ...]
    differences: tuple[Difference, ...]
    cpu: str

    @property
    def refusal(self) -> str:
        """Why it is not worth keeping; empty if it is."""
        if not self.differences:
            return ""
        first = self.differences[0]
        if first.verdict == "worse":
            return (
                f"{first.title} is {first.second:.4f} instead of {first.first:.4f}, not by chance"
            )
        if max(each.low for each in self.speedups) < MIN_SPEEDUP:
            return "it is no faster"
        return ""

    @property
    def sentence(self) -> str:
        """What a card may say."""
        if not self.differences:
            return f"Exported with what answers need, in {size(self.size_bytes)}."
        told = " and ".join(
            f"{s.ratio:.2f} times as fast, {s.rows} at a time" for s in self.speedups
        )
        first = self.differences[0]
        return (
            f"Exported to {self.form}: {told}, on {self.cpu}; {first.title} on "
            f"{self.num_examples:,} validation examples {first.second:.4f} beside "
            f"{first.first:.4f} in float32 (difference {first.low:+.4f} to {first.high:+.4f}, "
            f"{first.verdict})."
        )

    def rows(self) -> list[Row]:
        """A header, and a row for each speed and each metric."""
        header = (f"{self.num_examples:,} validation examples", "float32", self.form, "", "verdict")
        return [
            header,
            *(
                (
                    f"speed, {s.rows} at a time",
                    "1",
                    f"{s.ratio:.2f}",
                    f"{s.low:.2f} to {s.high:.2f}",
                    "",
                )
                for s in self.speedups
            ),
            *(
                (
                    d.title,
                    f"{d.first:.4f}",
                    f"{d.second:.4f}",
                    f"{d.low:+.4f} to {d.high:+.4f}",
                    d.verdict,
                )
                for d in self.differences
            ),
        ]
