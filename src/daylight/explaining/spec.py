"""What is known of a method of explanation before it is loaded."""

from typing import Literal

from daylight.core.config import Config


class ExplainerSpec(Config):
    """What is known of a method before it is loaded.

    Attributes:
        sentence: What it does, for people.
        module: Import path; has a function ``explain`` as ``Explainer`` says.
        inputs: Input kinds that it is for.
        answers: Answer kinds that it is for.
        asks: What it must see: the answers of the package only, or gradients or trees of the
            fitted model, or what each place contributes to a sum.
        signed: Whether values below 0 speak against the class.
        needs: Extras that have to be installed.
    """

    name: str
    title: str
    sentence: str
    module: str
    inputs: tuple[str, ...]
    answers: tuple[str, ...]
    asks: Literal["answers", "gradients", "trees", "sums"]
    source: str
    signed: bool = True
    needs: tuple[str, ...] = ()
