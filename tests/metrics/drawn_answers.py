"""Random targets and outputs of every answer kind, for tests that hold for all metrics."""

import numpy as np

from daylight.core.types import Column

NUM_LABELS = 4


def label(random, rows, *, num_labels=NUM_LABELS, skill=1.5, unknown=0.0, shares=None):
    target = random.choice(num_labels, rows, p=shares)
    scores = random.normal(size=(rows, num_labels))
    scores[np.arange(rows), target] += skill
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    target[random.random(rows) < unknown] = -1
    return {"target": Column(target)}, {"probabilities": Column(probabilities)}


def labels(random, rows, *, num_labels=NUM_LABELS, skill=1.5):
    target = random.random((rows, num_labels)) < [0.5, 0.3, 0.2, 0.1][:num_labels]
    scores = random.normal(size=(rows, num_labels)) + skill * (2 * target - 1)
    probabilities = (1 / (1 + np.exp(-scores))).astype(np.float32)
    return {"target": Column(target.astype(np.int8))}, {"probabilities": Column(probabilities)}


def real(random, rows, *, noise=1.0):
    target = 3 * random.normal(size=rows) + 100
    value = target + noise * random.normal(size=rows)
    return {"target": Column(target)}, {"value": Column(value.astype(np.float32))}


def ranking(random, rows, *, num_items=30, listed=15):
    wanted = [random.choice(num_items, random.integers(0, 5), replace=False) for _ in range(rows)]
    items = np.stack([random.permutation(num_items)[:listed] for _ in range(rows)])
    for row, some in enumerate(wanted):
        if len(some) and random.random() < 0.6:
            items[row] = np.roll(items[row], 1)
            items[row, 0] = some[0]
    items[:, -1] = -1
    scores = -np.sort(-random.random((rows, listed)).astype(np.float32), axis=1)
    return {"target": ragged(wanted, np.int64)}, {"items": Column(items), "scores": Column(scores)}


def boxes(random, rows, *, num_labels=3):
    targets, classes, answers, answer_classes, scores = [], [], [], [], []
    for _ in range(rows):
        corner = random.random((random.integers(0, 5), 2)) * 80
        true = np.concatenate([corner, corner + 5 + random.random(corner.shape) * 30], axis=1)
        kinds = random.integers(0, num_labels, len(true))
        found = random.random(len(true)) < 0.7
        moved = true[found] + random.normal(size=(found.sum(), 4)) * 2
        corner = random.random((random.integers(0, 4), 2)) * 80
        false = np.concatenate([corner, corner + 20], axis=1)
        targets.append(true)
        classes.append(kinds)
        answers.append(np.concatenate([moved, false]))
        noise = random.integers(0, num_labels, len(false))
        answer_classes.append(np.concatenate([kinds[found], noise]))
        scores.append(random.random(len(moved) + len(false)))
    return (
        {"boxes": ragged(targets, np.float32), "classes": ragged(classes, np.int64)},
        {
            "boxes": ragged(answers, np.float32),
            "classes": ragged(answer_classes, np.int64),
            "scores": ragged(scores, np.float32),
        },
    )


def text(random, rows, *, errors=0.1):
    words = ["".join(random.choice(list("abcé"), random.integers(1, 9))) for _ in range(rows)]
    answers = [
        "".join(c if random.random() > errors else random.choice(["", "x", c + c]) for c in word)
        for word in words
    ]
    return {"target": strings(words)}, {"text": strings(answers)}


def image(random, rows, *, size=3, apart=0.3, side=4):
    """Points of two crowds, and small pictures, of two labels that were asked for."""
    real, drawn = random.normal(size=(rows, size)), random.normal(size=(rows, size)) + apart
    pictures = random.random((rows, side, side, 1), np.float32)
    nearest = random.integers(0, 256, (rows, side, side, 1), np.uint8)
    return (
        {
            "target": Column(np.array([f"{row}.png" for row in range(rows)], object)),
            "features": Column(real),
            "nearest_distance": Column(random.gamma(4, size=rows)),
            "asked": strings(random.choice(["lily", "rose"], rows).tolist()),
        },
        {
            "image": Column(pictures),
            "features": Column(drawn),
            "nearest_distance": Column(random.gamma(2, size=rows)),
            "nearest_image": Column(nearest),
        },
    )


def ragged(runs, dtype):
    lengths = [len(run) for run in runs]
    return Column(
        np.concatenate(runs).astype(dtype), np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    )


def strings(values):
    return Column(np.array(values, dtype=np.dtypes.StringDType()))


def taken(columns, rows):
    return {name: column.take(rows) for name, column in columns.items()}


DRAW = {
    "label": label,
    "labels": labels,
    "real": real,
    "ranking": ranking,
    "passages": ranking,  # what an index finds
    "boxes": boxes,
    "text": text,
    "image": image,
}
