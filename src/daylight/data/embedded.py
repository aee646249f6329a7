"""The pictures that come with Daylight, laid out as a person would have them."""

from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image

from daylight.core.files import folder_atomic

SIDE = 28
CLASSES = (
    "Ankle boot",
    "Bag",
    "Coat",
    "Dress",
    "Pullover",
    "Sandal",
    "Shirt",
    "Sneaker",
    "T-shirt",
    "Trouser",
)


def unpack_fashion(folder: Path) -> Path:
    """Writes ``train/<class>/0001.png`` and ``test/...``: 5,000 and 1,000 gray pictures.

    A folder that exists is left as it is. Source: see ``fashion/README.md``.
    """
    if folder.is_dir():
        return folder
    with folder_atomic(folder) as place, as_file(files("daylight.data") / "fashion") as sheets:
        for split in ("train", "test"):
            for name in CLASSES:
                with Image.open(sheets / f"{split}-{name.lower().replace(' ', '-')}.png") as sheet:
                    _cut(sheet, place / split / name)
    return folder


def _cut(sheet: Image.Image, folder: Path) -> None:
    folder.mkdir(parents=True)
    number = 0
    for top in range(0, sheet.height, SIDE):
        for left in range(0, sheet.width, SIDE):
            number += 1
            tile = sheet.crop((left, top, left + SIDE, top + SIDE))
            tile.save(folder / f"{number:04}.png", compress_level=1)
