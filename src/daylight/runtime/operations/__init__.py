"""The closed set of operations, one file each; a package can use these and no others."""

from daylight.core.registry import Registry
from daylight.runtime.operation import Operation

_HERE = "daylight.runtime.operations"

OPERATIONS: Registry[Operation] = Registry(
    "operation",
    {
        "noise": f"{_HERE}.noise:OPERATION",
        "draw_label": f"{_HERE}.draw_label:OPERATION",
        "ignore": f"{_HERE}.ignore:OPERATION",
        "image": f"{_HERE}.image:OPERATION",
        "denoise": f"{_HERE}.denoise:OPERATION",
        "standardize": f"{_HERE}.standardize:OPERATION",
        "fill": f"{_HERE}.fill:OPERATION",
        "missing": f"{_HERE}.missing:OPERATION",
        "calendar": f"{_HERE}.calendar:OPERATION",
        "lookup": f"{_HERE}.lookup:OPERATION",
        "one_hot": f"{_HERE}.one_hot:OPERATION",
        "concatenate": f"{_HERE}.concatenate:OPERATION",
        "characters": f"{_HERE}.characters:OPERATION",
        "utf8": f"{_HERE}.utf8:OPERATION",
        "tokenize": f"{_HERE}.tokenize:OPERATION",
        "truncate": f"{_HERE}.truncate:OPERATION",
        "ngrams": f"{_HERE}.ngrams:OPERATION",
        "term_scores": f"{_HERE}.term_scores:OPERATION",
        "pad": f"{_HERE}.pad:OPERATION",
        "terms": f"{_HERE}.terms:OPERATION",
        "no_terms": f"{_HERE}.no_terms:OPERATION",
        "term_vectors": f"{_HERE}.term_vectors:OPERATION",
        "saturate": f"{_HERE}.saturate:OPERATION",
        "normalize_boxes": f"{_HERE}.normalize_boxes:OPERATION",
        "onnx": f"{_HERE}.onnx:OPERATION",
        "constant": f"{_HERE}.constant:OPERATION",
        "item_scores": f"{_HERE}.item_scores:OPERATION",
        "fold_in": f"{_HERE}.fold_in:OPERATION",
        "top_k": f"{_HERE}.top_k:OPERATION",
        "select_boxes": f"{_HERE}.select_boxes:OPERATION",
        "around": f"{_HERE}.around:OPERATION",
        "part": f"{_HERE}.part:OPERATION",
        "weighted_mean": f"{_HERE}.weighted_mean:OPERATION",
        "thresholds": f"{_HERE}.thresholds:OPERATION",
        "decide": f"{_HERE}.decide:OPERATION",
        "generate": f"{_HERE}.generate:OPERATION",
        "text_from_characters": f"{_HERE}.text_from_characters:OPERATION",
    },
    plugins=False,
)
