"""Facts of the families; their names leave the obvious ones free."""

from daylight.core.types import ModelSpec


def _spec(name: str, takes: str, gives: str, title: str) -> ModelSpec:
    return ModelSpec(
        name=f"shapes-{name}",
        title=title,
        module=f"daylight_shapes.{name.replace('-', '_')}",
        inputs=(takes,),
        answers=(gives,),
        license="Apache-2.0",
        source="a fixture",
    )


MEAN = _spec("mean", "row", "real", "Answers the mean, whatever it is shown")
LINEAR = _spec("linear", "row", "real", "A linear model, trained by gradient")
POPULARITY = _spec("popularity", "history", "ranking", "Answers what most people take")
SAME_GENRE = _spec("same-genre", "history", "ranking", "Answers popular items of the same genre")
COPY = _spec("copy", "text", "text", "Answers the text that it is shown")
CHARACTER_MAP = _spec("character-map", "text", "text", "Replaces each character by another")
MIDDLE_BOX = _spec("middle-box", "image", "boxes", "Answers the mean box")
BRIGHT_BOX = _spec("bright-box", "image", "boxes", "Finds the rectangle of each class's brightness")
