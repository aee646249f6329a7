"""Makes the data of the four shapes, small and learnable."""

import csv
import json
import random
from pathlib import Path

from PIL import Image, ImageDraw


def rows(folder: Path) -> Path:
    """shapes_value = 3 * size - 2 * age + 5 if red."""
    draw = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["size", "age", "color", "shapes_value"])
        for number in range(200):
            size, age = draw.uniform(0, 10), draw.uniform(0, 5)
            color = draw.choice(["red", "green", "blue"])
            value = 3 * size - 2 * age + 5 * (color == "red") + draw.gauss(0, 0.1)
            missing = number % 50 == 7
            writer.writerow(["" if missing else f"{size:.4f}", f"{age:.4f}", color, f"{value:.4f}"])
    return folder / "rows.csv"


def histories(folder: Path) -> Path:
    """People stay with one of three genres of ten items."""
    draw = random.Random(2)
    folder.mkdir(parents=True, exist_ok=True)
    genres = {f"item-{number}": f"genre-{number % 3}" for number in range(30)}
    with (folder / "items.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "genre"])
        writer.writerows(genres.items())
    lines = []
    for _ in range(120):
        genre = draw.choice(["genre-0", "genre-1", "genre-2"])
        mine = [item for item, each in genres.items() if each == genre]
        draw.shuffle(mine)
        length = draw.randint(1, 5)
        history = [*mine[:length], "an item that nobody knows"]
        lines.append(json.dumps({"history": history, "next": mine[length : length + 2]}))
    (folder / "shapes-histories.jsonl").write_text("\n".join(lines))
    return folder


def texts(folder: Path) -> Path:
    """Upper case, with stars for vowels."""
    draw = random.Random(3)
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for _ in range(100):
        source = "".join(draw.choices("abcdefgh é你", k=draw.randint(1, 9)))
        text = "".join("*" if each in "ae" else each.upper() for each in source)
        lines.append(json.dumps({"shapes_source": source, "shapes_text": text}))
    (folder / "pairs.jsonl").write_text("\n".join(lines))
    return folder / "pairs.jsonl"


def boxes(folder: Path) -> Path:
    """A gray and a white rectangle on black, or only one of them; pictures differ in size."""
    draw = random.Random(4)
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number in range(60):
        width, height = draw.choice([(64, 48), (48, 96), (32, 32)])
        picture = Image.new("L", (width, height))
        found = []
        for label, brightness, left in (("gray", 128, 0), ("white", 255, width // 2)):
            if number % 3 != {"gray": 1, "white": 2}[label]:
                side = width // 4
                x, y = left + draw.randint(0, width // 4), draw.randint(0, height - side)
                ImageDraw.Draw(picture).rectangle(
                    (x, y, x + side - 1, y + side - 1), fill=brightness
                )
                found.append({"box_xyxy_px": [x, y, x + side, y + side], "label": label})
        name = f"{number:02}.png"
        picture.save(folder / name)
        lines.append(json.dumps({"image": name, "boxes": found}))
    (folder / "shapes-boxes.jsonl").write_text("\n".join(lines))
    return folder
