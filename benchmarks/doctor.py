"""Precision and recall of the checks of ``daylight check`` on faults planted in real pictures.

The pictures are the 6,000 embedded ones of Fashion-MNIST; the faults are made here, each in its own
pictures. Everything that a check points at and that was not planted counts against its precision,
also where the check is right: some labels of Fashion-MNIST are wrong.

Run: python benchmarks/doctor.py [--seed 0] [--keep FOLDER]
"""

import argparse
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageEnhance

from daylight import check
from daylight.core.sections import CheckedSection
from daylight.data import examined
from daylight.data.embedded import CLASSES, unpack_fashion
from daylight.metrics.intervals import wilson

NUM_EACH = 60
SHARE_OF_WRONG_LABELS = 0.03
PIXEL = 28

NEAR: dict[str, tuple[str, Callable[[Image.Image], Image.Image], dict[str, int]]] = {
    "compressed": (".jpg", lambda image: image, {"quality": 75}),
    "enlarged by 10 %": (".png", lambda image: _scaled(image, 1.1), {}),
    "reduced by 10 %": (".png", lambda image: _scaled(image, 0.9), {}),
    "brightened by 20 %": (".png", lambda image: ImageEnhance.Brightness(image).enhance(1.2), {}),
    "darkened by 20 %": (".png", lambda image: ImageEnhance.Brightness(image).enhance(0.8), {}),
    "shifted by a pixel": (".png", lambda image: ImageChops.offset(image, 1, 0), {}),
}


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    side = round(PIXEL * factor)
    return image.resize((side, side), Image.Resampling.BICUBIC)


class Garden:
    """A folder of pictures in which faults are planted; remembers where.

    Attributes:
        planted: By check (and kind of fault), the ids that the check should point at.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.planted: dict[str, set[str]] = {}
        random = np.random.default_rng(seed)
        paths = sorted(root.glob("*/*/*.png"))
        self._order = iter([paths[place] for place in random.permutation(len(paths))])
        self._random = random

    def fresh(self, number: int, split: str = "") -> Iterator[Path]:
        """Pictures that hold no fault yet."""
        while number:
            path = next(self._order)
            if not split or path.parts[-3] == split:
                number -= 1
                yield path

    def mark(self, check: str, *paths: Path) -> None:
        """Remembers what a check should find."""
        ids = {path.relative_to(self.root).as_posix() for path in paths}
        self.planted.setdefault(check, set()).update(ids)

    def other_class(self, path: Path) -> Path:
        """The same place in a folder of another class."""
        others = [name for name in CLASSES if name != path.parent.name]
        name = others[int(self._random.integers(len(others)))]
        return path.parents[1] / name

    def plant(self) -> None:
        """All faults."""
        for number, path in enumerate(self.fresh(NUM_EACH)):
            target = path.with_suffix(".jpg") if number % 2 else path
            _opened(path).save(target)
            target.write_bytes(target.read_bytes()[: target.stat().st_size * 2 // 3])
            if target != path:
                path.unlink()
            self.mark("unreadable", target)
        for path in self.fresh(NUM_EACH):
            _opened(path).save(path, format="JPEG", quality=95)
            self.mark("wrong-suffix", path)
        for number, path in enumerate(self.fresh(NUM_EACH)):
            Image.new("L", (PIXEL, PIXEL), number * 4).save(path)
            self.mark("one-color", path)
        for path in self.fresh(NUM_EACH, "train"):
            copy = path.with_name(f"copy of {path.name}")
            shutil.copy(path, copy)
            self.mark("exact-duplicates", path, copy)
        for kind in NEAR:
            for path in self.fresh(NUM_EACH, "train"):
                self.mark(f"near-duplicates: {kind}", path, near_copy(path, path.parent, kind))
        for number, path in enumerate(self.fresh(NUM_EACH, "test")):
            place = self.root / "train" / path.parent.name
            copy = place / f"leaked {path.name}"
            if number % 2:
                copy = near_copy(path, place, list(NEAR)[number % len(NEAR)])
            else:
                shutil.copy(path, copy)
            self.mark("duplicates-across-splits", path, copy)
        for path in self.fresh(NUM_EACH, "train"):
            copy = self.other_class(path) / f"contradicts {path.parent.name} {path.name}"
            shutil.copy(path, copy)
            self.mark("duplicates-across-labels", path, copy)
            self.mark("label-errors: copied into another class", copy)
        for path in self.fresh(round(SHARE_OF_WRONG_LABELS * 6000)):
            moved = self.other_class(path) / f"was {path.parent.name} {path.name}"
            path.rename(moved)
            self.mark("label-errors: moved into another class", moved)


def near_copy(path: Path, place: Path, kind: str) -> Path:
    """Makes a copy that is equal to the eye."""
    suffix, change, options = NEAR[kind]
    copy = place / f"{kind.replace(' %', '')} {path.stem}{suffix}"
    change(_opened(path)).save(copy, **options)
    return copy


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def main() -> None:
    """Prints precision and recall with Wilson intervals, and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder in which data and run are left")
    options = parser.parse_args()
    examined.MAX_EVIDENCE = 1_000_000  # everything that is found, not just what fits on a page
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or Path(temporary)
        garden = Garden(unpack_fashion(place / "fashion"), options.seed)
        garden.plant()
        marks: list[tuple[float, dict[str, object]]] = []
        checked = check(
            garden.root,
            output=place / "run",
            log=lambda event, /, **fields: marks.append((time.process_time(), fields)),
        )
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {options.seed}")
    print(f"{checked.num_examples:,} pictures; {speeds(marks)}")
    print(f"{'check':44} {'precision':>27} {'recall':>27}")
    for name, planted in garden.planted.items():
        found = set(in_order(checked, name.partition(":")[0]))
        print(row(name, planted, found, garden.planted))
    surest = in_order(checked, "label-errors")
    wrong = set().union(*(ids for name, ids in garden.planted.items() if "into another" in name))
    for first in (50, 100):
        hits = len(wrong.intersection(surest[:first]))
        print(f"{f'label-errors: the first {first}':44} {share(hits, first):>27}")


def in_order(checked: CheckedSection, name: str) -> list[str]:
    """All ids in the evidence of a check, the worst first."""
    [finding] = [each for each in checked.findings if each.check == name]
    return [name for each in finding.evidence for name in each.ids]


def row(name: str, planted: set[str], found: set[str], all_planted: dict[str, set[str]]) -> str:
    """Precision of a whole check, recall of each kind of fault."""
    check_name, _, _ = name.partition(": ")
    # A near copy across splits is a near copy, too; so are equal pictures of any kind.
    right = set().union(*(ids for key, ids in all_planted.items() if key.startswith(check_name)))
    if check_name in ("near-duplicates", "exact-duplicates"):
        right |= all_planted["duplicates-across-splits"] | all_planted["duplicates-across-labels"]
    kinds = [key for key in all_planted if key.startswith(check_name)]
    precision = share(len(found & right), len(found)) if name == kinds[0] else ""
    return f"{name:44} {precision:>27} {share(len(found & planted), len(planted)):>27}"


def share(hits: int, trials: int) -> str:
    """A proportion with its 95 % interval."""
    if not trials:
        return "nothing found"
    low, high = wilson(hits / trials, trials)
    return f"{hits / trials:.3f} ({low:.3f} to {high:.3f})"


def speeds(marks: list[tuple[float, dict[str, object]]]) -> str:
    """Processor time of each pass, which neighbors on the machine disturb less than wall time."""
    parts = []
    for what in ("pictures", "copies", "labels"):
        mine = [(when, each) for when, each in marks if each.get("what") == what and "done" in each]
        duration_s = mine[-1][0] - mine[0][0]
        rate = f" ({mine[-1][1]['total'] / duration_s:,.0f}/s)" if what == "pictures" else ""
        parts.append(f"{what} {duration_s:.1f} s{rate}")
    return f"processor time: {', '.join(parts)}"


if __name__ == "__main__":
    main()
