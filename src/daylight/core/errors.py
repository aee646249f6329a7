"""What can go wrong, in the words of the person who can mend it.

``UserError`` and its children are expected: the message says what happened and where, the hint
what to do next. Anything else that escapes is a bug, and keeps its traceback.
"""

from collections.abc import Iterable
from typing import ClassVar


class UserError(Exception):
    """An expected failure.

    Args:
        message: What happened and where, as one sentence.
        hint: What to do next; a command when there is one.
    """

    code: ClassVar[str] = "user_error"
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class NotFoundError(UserError):
    """A path, run or section does not exist."""

    code = "not_found"


class UnknownNameError(NotFoundError, KeyError):
    """No such task, model or metric; a ``KeyError`` so that ``in`` and ``get`` work."""


class BrokenEntryError(UserError):
    """What a table names, or an installed package adds to it, cannot be loaded."""

    code = "broken_entry"


class DataError(UserError):
    """The data cannot be used as it is."""

    code = "bad_data"


class TrainingError(UserError):
    """Training went wrong in a way that other settings can mend."""

    code = "training"


class OutputError(UserError):
    """Something cannot be written: read-only, full, or taken by something else."""

    code = "output"


class ResourceError(UserError):
    """More memory is needed than there is, or than was allowed."""

    code = "resources"


class OutOfTimeError(ResourceError):
    """A deadline has passed."""

    code = "out_of_time"


class MissingExtraError(UserError):
    """A library is needed that the base install does not bring.

    Attributes:
        library: What is imported.
    """

    code = "missing_extra"

    def __init__(self, message: str, *, hint: str = "", library: str = "") -> None:
        super().__init__(message, hint=hint)
        self.library = library


class IntegrityError(UserError):
    """Bytes differ from what their manifest promised."""

    code = "integrity"
    exit_code = 3

    def __init__(
        self, message: str, *, hint: str = "Get the package again from where it was published."
    ) -> None:
        super().__init__(message, hint=hint)


def of_code(code: str, message: str, *, hint: str) -> UserError:
    """The error that another process had.

    >>> of_code("bad_data", "It is empty.", hint="").exit_code
    2
    """
    known: list[type[UserError]] = [UserError]
    for kind in known:  # grows while it is walked
        known += kind.__subclasses__()
    kind = next((each for each in known if each.code == code), UserError)
    return kind(message, hint=hint)


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Builds the one error shown whenever a name is not known.

    >>> unknown("task", "image-clasification", ["image-classification"]).hint
    "Did you mean 'image-classification'?"
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is wrong

    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."
    return UnknownNameError(f"Unknown {kind} {name!r}.", hint=hint)
