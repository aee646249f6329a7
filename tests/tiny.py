"""Tiny learnable data for every task, and settings that make families quick."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
from daylight_shapes import made
from PIL import Image

import tiny_encoder


def patterns(folder: Path, *, classes: int = 3, each: int = 12, side: int = 14) -> Path:
    """Noise around one pattern per class; colored."""
    random = np.random.default_rng(0)
    for label in range(classes):
        middle = random.integers(40, 215, (side, side, 3))
        place = folder / f"class {label}"
        place.mkdir(parents=True)
        for number in range(each):
            pixels = (middle + random.normal(0, 12, middle.shape)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(place / f"{number}.png")
    return folder


def corners(folder: Path, *, each: int = 15, side: int = 16) -> Path:
    """A bright square in one of four corners, on noise: between two corners there is nothing."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True)
    half = side // 2
    for number in range(4 * each):
        pixels = random.normal(30, 8, (side, side))
        top, left = half * (number % 4 // 2) + 1, half * (number % 2) + 1
        pixels[top : top + half - 2, left : left + half - 2] += 170
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{number:02}.png")
    return folder


def interactions(folder: Path, *, people: int = 60) -> Path:
    """People stay with one of three genres of eight items."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True)
    lines = ["user_id,movie_id,rating,timestamp"]
    for person in range(people):
        mine = random.permutation(8)[: random.integers(4, 8)] * 3 + person % 3
        for time, item in enumerate(mine.tolist()):
            lines.append(f"person {person},m{item},{random.integers(1, 6)},{1000 + time}")
    (folder / "ratings.csv").write_text("\n".join(lines))
    genres = [f"m{item},genre {item % 3}" for item in range(24)]
    (folder / "movies.csv").write_text("\n".join(["movie_id,genre", *genres]))
    return folder


def customers(folder: Path) -> Path:
    """Who did not pay back: the young and the jobless; with all that tables have."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True)
    lines = ["customer_id,since,age,income,job,country,default"]
    for number in range(120):
        age, job = int(random.integers(18, 80)), random.choice(["nurse", "smith", "", "baker"])
        income = "" if number % 6 == 0 else f"{random.normal(3000, 800):.2f}"
        since = f"20{random.integers(10, 24)}-0{random.integers(1, 9)}-1{random.integers(0, 9)}"
        default = "yes" if (age < 40) != (job == "") else "no"
        lines.append(f"c{number:03},{since},{age},{income},{job},DE,{default}")
    path = folder / "customers.csv"
    path.write_text("\n".join(lines))
    return path


def houses(folder: Path) -> Path:
    """Prices by size and by whether there is a garden."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True)
    lines = []
    for number in range(90):
        size, garden = round(float(random.uniform(30, 200)), 1), bool(random.random() < 0.5)
        price = 4000 * size + 90_000 * garden + random.normal(0, 9000)
        row = {"size": size if number % 9 else None, "garden": garden, "price": round(price)}
        lines.append(json.dumps(row))
    path = folder / "houses.jsonl"
    path.write_text("\n".join(lines))
    return path


def moods(folder: Path, *, num: int = 60) -> Path:
    """The more glad words and the fewer sad ones, the higher the number."""
    draw = Random(1)
    folder.mkdir(parents=True)
    lines = ["text,mood"]
    for number in range(num):
        glad = draw.randint(0, 6)
        words = ["glad"] * glad + ["sad"] * (6 - glad) + draw.choices(["so", "and", "very"], k=3)
        draw.shuffle(words)
        lines.append(f"{' '.join(words)} {number},{glad - 3 + draw.gauss(0, 0.1):.3f}")
    (folder / "moods.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "moods.csv"


def reviews(folder: Path, *, each: int = 20) -> Path:
    """Each class has words of its own among common ones; some texts are in Chinese or Hebrew."""
    draw = Random(0)
    folder.mkdir(parents=True)
    own = {"bad": "dull awful boring 无聊 משעמם", "good": "bright lovely moving 好看 נפלא"}
    common = ["the", "a", "film", "plot,", "and", "it's", "电影", "סרט", "very"]
    lines = ["text,label"]
    for number in range(2 * each):
        label = ("bad", "good")[number % 2]
        words = draw.choices(own[label].split(), k=2) + draw.choices(common, k=5)
        draw.shuffle(words)
        lines.append(f'"{" ".join(words)} {number}",{label}')
    (folder / "reviews.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "reviews.csv"


def topics(folder: Path, *, num: int = 120) -> Path:
    """Each topic has words of its own; a text has none, one or two topics."""
    draw = Random(2)
    folder.mkdir(parents=True)
    own = {
        "art": "paint 画 museum",
        "war": "army tank 军",
        "sea": "wave ship ים",
        "law": "judge court",
    }
    lines = ["text,topics"]
    for number in range(num):
        mine = draw.sample(sorted(own), k=(1, 2, 2, 1, 0)[number % 5])
        words = [draw.choice(own[topic].split()) for topic in mine * 2]
        words += draw.choices(["the", "a", "of", "news,", "and"], k=5)
        draw.shuffle(words)
        lines.append(f'"{" ".join(words)} {number}",{"; ".join(mine)}')
    (folder / "topics.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "topics.csv"


def documents(folder: Path) -> Path:
    """Titles of three words; the text under each has one of them, and other words for the rest."""
    draw = Random(0)
    folder.mkdir(parents=True)
    words = (
        ("red crimson", "old ancient", "fast quick", "small tiny"),
        ("cat kitten", "car automobile", "ship boat", "河 river"),
        ("rain weather", "night dark", "sea ocean", "市 town"),
    )
    for number, pairs in enumerate(product(*words)):
        said, other = zip(*(pair.split() for pair in pairs), strict=True)
        kept = draw.randrange(3)
        text = " ".join(said[i] if i == kept else other[i] for i in range(3))
        filler = " ".join(draw.choices(["the", "of", "a", "and", "in", "by", "with", "סרט"], k=9))
        path = folder / f"{number:02}.md"
        path.write_text(f"# {' '.join(said)}\n\nIt is {text}. {filler}.\n", encoding="utf-8")
    return folder


TINY: dict[str, Callable[[Path], Path]] = {
    "image-classification": patterns,
    "unconditional-image-generation": corners,
    "recommendation": interactions,
    "tabular-classification": customers,
    "tabular-regression": houses,
    "text-classification": reviews,
    "text-regression": moods,
    "text-multilabel-classification": topics,
    "text-retrieval": documents,
    "row-to-real": made.rows,
    "history-to-ranking": made.histories,
    "text-to-text": made.texts,
    "image-to-boxes": made.boxes,
}

QUICK = ["training.epochs=2", "training.min_steps=40", "training.learning_rate=0.02"]

FAST: dict[str, list[str]] = {
    "bpr": ["settings.factors=8", "training.epochs=4", "training.min_steps=0"],
    "sasrec": [
        "settings.units=8",
        "settings.layers=1",
        "settings.length=6",
        "training.epochs=4",
        "training.min_steps=0",
    ],
    "single-layer": ["settings.size=10", "training.epochs=2"],
    "cnn": ["training.epochs=2", "training.min_steps=24", "settings.width=4"],
    "linear": ["settings.penalties=[0.1]"],
    "naive-bayes-svm": ["settings.costs=[0.1,1.0]"],
    "tfidf-linear": ["settings.penalties=[1e-3,1e-4]"],
    "fasttext": ["settings.buckets=512", "settings.size=8", *QUICK],
    "transformer": ["settings.table=256", "settings.width=16", "settings.depth=1", *QUICK],
    "text-cnn": ["settings.table=256", "settings.size=8", "settings.filters=8", *QUICK],
    "text-rnn": ["settings.table=256", "settings.size=8", "settings.units=8", *QUICK],
    "static-embedding": [
        f"settings.backbone=hf:{tiny_encoder.shared(tiny_encoder.write_table)}",
        "training.epochs=2",
        "training.min_steps=20",
    ],
    "text-transfer": [
        f"settings.backbone=hf:{tiny_encoder.shared()}",
        "training.epochs=2",
        "training.min_steps=20",
    ],
    "static-retrieval": ["settings.vectors.min_steps=2"],
    "sentence-encoder": [f"settings.backbone=hf:{tiny_encoder.shared()}"],
    "ensemble": ['settings.members=["linear", "random-forest"]'],
    "tabm": [
        "training.epochs=2",
        "training.min_steps=60",
        "settings.units=16",
        "settings.members=4",
        "training.batch_size=32",
    ],
    "mlp": ["training.epochs=2", "training.min_steps=24", "settings.units=16"],
    "gan": [
        "settings.width=8",
        "settings.latent=16",
        "training.steps=400",
        "training.batch_size=16",
        "training.learning_rate=2e-3",
        "training.discriminator_learning_rate=2e-3",
        "training.averaging=0.9",
        "training.translate=0.0",
        "training.cutout=0.0",
    ],
    "random-forest": ["settings.num_trees=5"],
    "boosted-trees": ["settings.rounds=5"],
    "svm": ["settings.num_centers=20"],
    "rnn": ["training.epochs=2", "training.min_steps=0", "settings.units=8"],
    "resnet": ["training.epochs=2", "training.min_steps=0", "settings.width=2"],
    "vit": ["training.epochs=2", "training.min_steps=0", "settings.depth=2"],
    "shapes-linear": ["training.epochs=20"],
    "transfer": ["settings.size=32", "training.epochs=2", "training.min_steps=0"],
}

SLOW = {
    "bpr",
    "resnet",
    "rnn",
    "sasrec",
    "sentence-encoder",
    "static-embedding",
    "static-retrieval",
    "text-cnn",
    "text-rnn",
    "text-transfer",
    "transfer",
    "transformer",
    "vit",
    ("tabular-regression", "ensemble"),
    ("tabular-regression", "mlp"),
    ("tabular-regression", "random-forest"),
    ("tabular-regression", "svm"),
    ("tabular-regression", "tabm"),
    ("text-regression", "fasttext"),
}
"""Families, or tasks with a family, that only slow tests try: others run through the same code."""
