"""Facts of the networks over texts."""

import msgspec

from daylight.core.types import ModelSpec


def _spec(name: str, *, title: str, source: str, cost: float) -> ModelSpec:
    return ModelSpec(
        name=name,
        title=title,
        module=f"daylight.models.{name.replace('-', '_')}",
        inputs=("text",),
        answers=("label", "labels", "real"),
        license="Apache-2.0",
        source=source,
        cost=cost,
    )


TEXT_NETWORKS = (
    _spec(
        "fasttext",
        title="The mean of the vectors of a text's n-grams, and a layer on top",
        source="Joulin et al., arXiv:1607.01759; Bojanowski et al., arXiv:1607.04606",
        cost=8,
    ),
    _spec(
        "transformer",
        title="A small transformer that reads a text word by word, trained from scratch",
        source="Vaswani et al., arXiv:1706.03762; pre-norm: arXiv:2002.04745",
        cost=60,
    ),
    _spec(
        "text-cnn",
        title="A convolutional network that looks at a few words in a row, wherever they stand",
        source="Kim, arXiv:1408.5882",
        cost=15,
    ),
    _spec(
        "text-rnn",
        title="A recurrent network that reads a text word by word, forwards and backwards",
        source="Cho et al., arXiv:1406.1078; Hochreiter & Schmidhuber, Neural Computation 9 (1997)",
        cost=20,
    ),
    msgspec.structs.replace(
        _spec(
            "static-embedding",
            title="A vector for each token from a table that others distilled, and a layer on top",
            source="Arora, Liang & Ma, ICLR (2017); the table: WordLlama",
            cost=8,
        ),
        needs=("train", "pretrained"),
    ),
    msgspec.structs.replace(
        _spec(
            "text-transfer",
            title="An encoder that has read much text, with a new last layer for these texts",
            source="MiniLM: arXiv:2002.10957; vectors of sentences: arXiv:1908.10084",
            cost=60,
        ),
        needs=("train", "pretrained"),
        architectures=(
            "bert",
            "camembert",
            "distilbert",
            "electra",
            "mpnet",
            "roberta",
            "xlm-roberta",
        ),
    ),
)
