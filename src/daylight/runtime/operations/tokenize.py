"""Text to the numbers of its tokens, by a tokenizer of the ``tokenizers`` library."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.errors import IntegrityError
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run
from daylight.runtime.operations.utf8 import texts

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class Parameters(Config):
    """The tokenizer, and how much it gives.

    Attributes:
        file: A ``tokenizer.json``: rules and a vocabulary, no code.
        max_tokens: Where texts are cut, the special tokens included.
        special: Whether tokens are added that mark beginning and end.
    """

    file: str
    max_tokens: Annotated[int, msgspec.Meta(ge=4)]
    special: bool = True


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives ragged int32 for each column of bytes that ``utf8`` made."""
    tokenizer = opened(read(parameters.file), parameters.file, max_tokens=parameters.max_tokens)

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            encoded = tokenizer.encode_batch_fast(
                texts(column), add_special_tokens=parameters.special
            )
            runs = [each.ids for each in encoded]
            values = np.fromiter(chain.from_iterable(runs), np.int32)
            found.append(Column(values, np.cumsum([0, *map(len, runs)], dtype=np.int64)))
        return found

    return run


def opened(data: bytes, name: str, *, max_tokens: int) -> "Tokenizer":
    """A tokenizer that cuts texts at so many tokens, and fills up none.

    Raises:
        IntegrityError: The bytes are no tokenizer.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - only where there are tokens

    try:
        tokenizer = Tokenizer.from_buffer(data)
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise IntegrityError(f"{name} is no tokenizer: {error}.") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


OPERATION = Operation(Parameters, open_)
