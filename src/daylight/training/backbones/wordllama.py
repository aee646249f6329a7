"""WordLlama: a vector for each token of a large language model, small enough for any machine.

Source: Miller, WordLlama (2024), github.com/dleemiller/WordLlama; MIT. Its code is never run.
"""

import numpy as np
from safetensors.numpy import load_file

from daylight.training.backbones.installed import Installed
from daylight.training.term_vectors import TermVectors

LICENSE = "mit"
TABLE = "l2_supercat_256.safetensors"
TOKENIZER = "l2_supercat_tokenizer_config.json"
INSTALLED = Installed(
    what="WordLlama",
    package="wordllama",
    version="0.4.0.post1",
    digests={
        f"wordllama/weights/{TABLE}": (
            "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"
        ),
        f"wordllama/tokenizers/{TOKENIZER}": (
            "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"
        ),
    },
)
"""Vectors of 256 numbers for 32,000 tokens, and the tokenizer."""


def token_vectors() -> TermVectors:
    """The vectors, by number of the token.

    Raises:
        MissingExtraError: The package is not installed.
        IntegrityError: A file is not the one that is known.
    """
    vectors = load_file(INSTALLED.paths()[TABLE])["embedding.weight"]
    return TermVectors(np.arange(len(vectors), dtype=np.int64), vectors)


def tokenizer() -> bytes:
    """The tokenizer's file."""
    return INSTALLED.paths()[TOKENIZER].read_bytes()
