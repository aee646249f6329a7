"""Figures of merit with honest intervals, and paired comparison of two models."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from daylight.core.registry import Registry
from daylight.core.sections import Figure
from daylight.core.types import Columns, Metric

FigureFunction: TypeAlias = Callable[[Columns, Columns, Sequence[str]], Figure]
"""``(targets, outputs, labels) -> Figure``."""

METRICS: Registry[Metric] = Registry(
    "metric",
    {
        "accuracy": "daylight.metrics.label:ACCURACY",
        "macro_f1": "daylight.metrics.label:MACRO_F1",
        "roc_auc": "daylight.metrics.label:ROC_AUC",
        "log_loss": "daylight.metrics.label:LOG_LOSS",
        "brier": "daylight.metrics.label:BRIER",
        "precision": "daylight.metrics.label:PRECISION",
        "recall": "daylight.metrics.label:RECALL",
        "micro_f1": "daylight.metrics.labels:MICRO_F1",
        "ranking_precision": "daylight.metrics.labels:RANKING_PRECISION",
        "subset_accuracy": "daylight.metrics.labels:SUBSET_ACCURACY",
        "hamming_loss": "daylight.metrics.labels:HAMMING_LOSS",
        "rmse": "daylight.metrics.real:RMSE",
        "mae": "daylight.metrics.real:MAE",
        "r2": "daylight.metrics.real:R2",
        "ndcg@10": "daylight.metrics.ranking:NDCG_AT_10",
        "recall@10": "daylight.metrics.ranking:RECALL_AT_10",
        "recall@50": "daylight.metrics.ranking:RECALL_AT_50",
        "map@10": "daylight.metrics.ranking:MAP_AT_10",
        "mrr": "daylight.metrics.ranking:MRR",
        "map@50": "daylight.metrics.boxes:MAP_AT_50",
        "exact_match": "daylight.metrics.text:EXACT_MATCH",
        "character_error_rate": "daylight.metrics.text:CHARACTER_ERROR_RATE",
        "frechet_distance": "daylight.metrics.image:FRECHET_DISTANCE",
        "kernel_distance": "daylight.metrics.image:KERNEL_DISTANCE",
        "manifold_precision": "daylight.metrics.image:MANIFOLD_PRECISION",
        "manifold_recall": "daylight.metrics.image:MANIFOLD_RECALL",
        "near_copies": "daylight.metrics.image:NEAR_COPIES",
    },
)

FIGURES: Registry[FigureFunction] = Registry(
    "figure",
    {
        "confusion": "daylight.metrics.label_figures:confusion",
        "calibration": "daylight.metrics.label_figures:calibration",
        "scatter": "daylight.metrics.real_figures:scatter",
        "samples": "daylight.metrics.image_figures:samples",
        "nearest": "daylight.metrics.image_figures:nearest",
    },
)
