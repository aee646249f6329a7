"""What can be wrong with data, one check a file; this table is the registration."""

from daylight.core.registry import Registry
from daylight.data.examined import Check

_HERE = "daylight.data.checks"

CHECKS: Registry[Check] = Registry(
    "check",
    {
        "duplicates-across-splits": f"{_HERE}.duplicates_across_splits:CHECK",
        "duplicates-across-labels": f"{_HERE}.duplicates_across_labels:CHECK",
        "unreadable": f"{_HERE}.unreadable:CHECK",
        "automated-histories": f"{_HERE}.automated_histories:CHECK",
        "equal-times": f"{_HERE}.equal_times:CHECK",
        "repeated-interactions": f"{_HERE}.repeated_interactions:CHECK",
        "too-large": f"{_HERE}.too_large:CHECK",
        "splits": f"{_HERE}.splits:CHECK",
        "label-errors": f"{_HERE}.label_errors:CHECK",
        "tiny-classes": f"{_HERE}.tiny_classes:CHECK",
        "rare-labels": f"{_HERE}.rare_labels:CHECK",
        "joint-labels": f"{_HERE}.joint_labels:CHECK",
        "no-labels": f"{_HERE}.no_labels:CHECK",
        "imbalance": f"{_HERE}.imbalance:CHECK",
        "target-leakage": f"{_HERE}.target_leakage:CHECK",
        "equal-rows": f"{_HERE}.equal_rows:CHECK",
        "drift": f"{_HERE}.drift:CHECK",
        "missing-values": f"{_HERE}.missing_values:CHECK",
        "words-among-numbers": f"{_HERE}.words_among_numbers:CHECK",
        "unused-columns": f"{_HERE}.unused_columns:CHECK",
        "exact-duplicates": f"{_HERE}.exact_duplicates:CHECK",
        "near-duplicates": f"{_HERE}.near_duplicates:CHECK",
        "empty-texts": f"{_HERE}.empty_texts:CHECK",
        "damaged-texts": f"{_HERE}.damaged_texts:CHECK",
        "text-lengths": f"{_HERE}.text_lengths:CHECK",
        "one-color": f"{_HERE}.one_color:CHECK",
        "wrong-suffix": f"{_HERE}.wrong_suffix:CHECK",
        "animated": f"{_HERE}.animated:CHECK",
        "mixed-modes": f"{_HERE}.mixed_modes:CHECK",
        "mixed-sizes": f"{_HERE}.mixed_sizes:CHECK",
    },
)
