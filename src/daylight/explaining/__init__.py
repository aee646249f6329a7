"""How answers can be explained: one file and one entry per method; listing them imports nothing.

The layer is not called ``explain``: that is the verb, ``daylight.explain``.
"""

from daylight.core.registry import Registry
from daylight.explaining.spec import ExplainerSpec

_PICTURES = ("image",)
_PLACES = ("image", "row")
_LABELS = ("label",)
_NAMES = ("label", "labels")
_ANSWERS = ("label", "real")

_SPECS = (
    ExplainerSpec(
        name="integrated-gradients",
        title="Integrated gradients",
        sentence=(
            "Adds up the gradient of the class's probability while the mean picture turns into "
            "this one; all values together are the change in probability."
        ),
        module="daylight.explaining.methods.integrated_gradients",
        inputs=_PICTURES,
        answers=_LABELS,
        asks="gradients",
        source="Sundararajan, Taly and Yan, arXiv:1703.01365, equation 1; by captum",
        needs=("explain",),
    ),
    ExplainerSpec(
        name="grad-cam",
        title="Grad-CAM",
        sentence=(
            "Weighs the last maps of the convolutions by how much the class's score grows with "
            "them; coarse, and only what speaks for the class."
        ),
        module="daylight.explaining.methods.grad_cam",
        inputs=_PICTURES,
        answers=_LABELS,
        asks="gradients",
        source="Selvaraju et al., arXiv:1610.02391, equations 1 and 2; by captum",
        signed=False,
        needs=("explain",),
    ),
    ExplainerSpec(
        name="tree-shap",
        title="TreeSHAP",
        sentence=(
            "Shares the change in the answer from a typical input (the mean picture, a typical "
            "row) to this one among what the trees look at: exact Shapley values. Where a softmax "
            "follows the trees, it is the change in the log-odds of rows."
        ),
        module="daylight.explaining.methods.tree_shap",
        inputs=_PLACES,
        answers=_ANSWERS,
        asks="trees",
        source="Lundberg et al., Nature Machine Intelligence 2 (2020), interventional; by shap",
        needs=("explain",),
    ),
    ExplainerSpec(
        name="occlusion",
        title="Occlusion",
        sentence=(
            "Puts what is typical (the mean picture, a typical value) into one place after another "
            "and sees how far the answer falls; looks at nothing but answers."
        ),
        module="daylight.explaining.methods.occlusion",
        inputs=_PLACES,
        answers=_ANSWERS,
        asks="answers",
        source="Zeiler and Fergus, arXiv:1311.2901, section 4.2",
    ),
    ExplainerSpec(
        name="linear-terms",
        title="Terms of the sum",
        sentence=(
            "The answer of a linear model is a sum: this is what each column adds to it beyond "
            "what a typical value would, exactly; for classes, in log-odds."
        ),
        module="daylight.explaining.methods.linear_terms",
        inputs=("row",),
        answers=_ANSWERS,
        asks="gradients",
        source="Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 3.2",
    ),
    ExplainerSpec(
        name="contributions",
        title="Contributions",
        sentence=(
            "The score of an item is a sum over the items of a history: this is what each of them "
            "adds, exactly."
        ),
        module="daylight.explaining.methods.contributions",
        inputs=("history",),
        answers=("ranking",),
        asks="sums",
        source="Sarwar et al., WWW (2001), section 3.2: the terms of the weighted sum",
    ),
    ExplainerSpec(
        name="leave-one-out",
        title="Leave one out",
        sentence=(
            "Takes one item after another out of a history and sees how far the score falls; looks "
            "at nothing but scores."
        ),
        module="daylight.explaining.methods.leave_one_out",
        inputs=("history",),
        answers=("ranking",),
        asks="answers",
        source="Zeiler and Fergus, arXiv:1311.2901, section 4.2, for items instead of squares",
    ),
    ExplainerSpec(
        name="word-contributions",
        title="Contributions of words",
        sentence=(
            "The score of a class is a sum over words and runs of characters: this is what each "
            "word adds to it, beside the mean of all classes if one has to be chosen, exactly."
        ),
        module="daylight.explaining.methods.word_contributions",
        inputs=("text",),
        answers=_NAMES,
        asks="sums",
        source="The terms of the weighted sum, shared by the words that each of them touches",
    ),
    ExplainerSpec(
        name="word-occlusion",
        title="Occlusion of words",
        sentence=(
            "Takes one word after another out of the text and sees how far the class's probability "
            "falls; looks at nothing but answers."
        ),
        module="daylight.explaining.methods.leave_one_out",
        inputs=("text",),
        answers=_NAMES,
        asks="answers",
        source="Zeiler and Fergus, arXiv:1311.2901, section 4.2, for words instead of squares",
    ),
)

EXPLAINERS: Registry[ExplainerSpec] = Registry("explainer", {spec.name: spec for spec in _SPECS})
