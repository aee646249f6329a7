"""Trees as plain arrays: what scikit-learn grew, kept without pickle and written as ONNX.

A scikit-learn model can only be stored by pickle, so its arrays are taken out. They answer here by
walking down all trees at once, and in the exported graph through one TreeEnsembleRegressor with a
target per class: ONNX Runtime's classifier treats two classes in a way of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, save_model
from safetensors.numpy import load_file, save

from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node

if TYPE_CHECKING:
    from daylight.core.types import Array

CHUNK = 256
WEIGHTS = "model.safetensors"
GRAPH = "model.onnx"


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """Binary trees whose leaves hold probabilities; the answer is their mean.

    The nodes of all trees lie end to end. A row goes left if ``row[feature] <= threshold``.

    Attributes:
        roots: int64 ``(trees,)``.
        feature: int64 ``(nodes,)``; -1 in a leaf.
        threshold: float32 ``(nodes,)``.
        left: int64 ``(nodes,)``, absolute; a leaf points at itself.
        right: Likewise.
        probabilities: float32 ``(nodes, classes)``.
    """

    roots: "Array"
    feature: "Array"
    threshold: "Array"
    left: "Array"
    right: "Array"
    probabilities: "Array"

    @classmethod
    def from_sklearn(cls, trees: Sequence[Any], num_classes: int) -> "TreeEnsemble":
        """Takes the arrays out of fitted ``DecisionTreeClassifier``s.

        Args:
            trees: Their ``classes_`` are 0 to ``num_classes - 1``, or some of them.
            num_classes: Size of the vocabulary.
        """
        parts: dict[str, list[Array]] = {f.name: [] for f in fields(cls)}
        start = 0
        for each in trees:
            tree = each.tree_
            here = np.arange(tree.node_count) + start
            leaf = tree.children_left < 0
            probabilities = np.zeros((tree.node_count, num_classes), np.float32)
            counts = tree.value[:, 0, :]
            shares = counts / counts.sum(axis=1, keepdims=True)
            probabilities[:, each.classes_.astype(int)] = shares
            parts["roots"].append(np.array([start]))
            parts["feature"].append(np.where(leaf, -1, tree.feature))
            parts["threshold"].append(tree.threshold.astype(np.float32))
            parts["left"].append(np.where(leaf, here, tree.children_left + start))
            parts["right"].append(np.where(leaf, here, tree.children_right + start))
            parts["probabilities"].append(probabilities)
            start += tree.node_count
        return cls(**{name: np.concatenate(arrays) for name, arrays in parts.items()})

    def predict(self, inputs: Columns) -> Columns:
        """Probabilities for rows of numbers of any shape ``(rows, ...)``."""
        [values] = [column.values for column in inputs.values()]
        answers = [self._walk(values[i : i + CHUNK]) for i in range(0, len(values), CHUNK)]
        return {"probabilities": Column(np.concatenate(answers))}

    def _walk(self, values: "Array") -> "Array":
        rows = values.reshape(len(values), -1).astype(np.float32)
        node = np.tile(self.roots, (len(rows), 1))
        while True:
            feature = self.feature[node]
            inside = feature >= 0
            if not inside.any():
                break
            value = np.take_along_axis(rows, np.maximum(feature, 0), axis=1)
            down = np.where(value <= self.threshold[node], self.left[node], self.right[node])
            node = np.where(inside, down, node)
        mean: Array = self.probabilities[node].mean(axis=1)
        return mean

    def redrawn(self, random: np.random.Generator) -> "TreeEnsemble":
        """Trees of the same shapes that have learned nothing: splits and leaves are shuffled."""
        inside, leaf = np.flatnonzero(self.feature >= 0), np.flatnonzero(self.feature < 0)
        splits, leaves = random.permutation(inside), random.permutation(leaf)
        feature, threshold = self.feature.copy(), self.threshold.copy()
        probabilities = self.probabilities.copy()
        feature[inside], threshold[inside] = self.feature[splits], self.threshold[splits]
        probabilities[leaf] = self.probabilities[leaves]
        return replace(self, feature=feature, threshold=threshold, probabilities=probabilities)

    def save(self, folder: Path) -> None:
        """Writes the arrays."""
        arrays = {each.name: getattr(self, each.name) for each in fields(self)}
        write_atomic(folder / WEIGHTS, save(arrays))

    @classmethod
    def load(cls, folder: Path) -> "TreeEnsemble":
        """Reads what ``save`` wrote."""
        return cls(**load_file(folder / WEIGHTS))

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph. Source: ONNX operators, ai.onnx.ml 3, TreeEnsembleRegressor."""
        graph = helper.make_graph(
            [
                helper.make_node("Flatten", ["pixels"], ["flat"], axis=1),
                helper.make_node("Cast", ["flat"], ["numbers"], to=TensorProto.FLOAT),
                self._node(),
            ],
            "trees",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["rows", "h", "w", "c"])],
            [
                helper.make_tensor_value_info(
                    "probabilities", TensorProto.FLOAT, ["rows", self.probabilities.shape[1]]
                )
            ],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        save_model(helper.make_model(graph, opset_imports=opsets, ir_version=9), folder / GRAPH)
        return (
            Node(
                operation="onnx",
                inputs=("pixels",),
                outputs=("probabilities",),
                parameters={"file": GRAPH},
            ),
        )

    def _node(self) -> Any:
        tree = np.searchsorted(self.roots, np.arange(len(self.feature)), side="right") - 1
        place = np.arange(len(self.feature)) - self.roots[tree]
        leaf = self.feature < 0
        at, of_class = np.nonzero(self.probabilities * leaf[:, None])
        weights = self.probabilities[at, of_class] / len(self.roots)
        return helper.make_node(
            "TreeEnsembleRegressor",
            ["numbers"],
            ["probabilities"],
            domain="ai.onnx.ml",
            nodes_treeids=tree.tolist(),
            nodes_nodeids=place.tolist(),
            nodes_featureids=np.maximum(self.feature, 0).tolist(),
            nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
            nodes_values=self.threshold.tolist(),
            nodes_truenodeids=np.where(leaf, 0, self.left - self.roots[tree]).tolist(),
            nodes_falsenodeids=np.where(leaf, 0, self.right - self.roots[tree]).tolist(),
            target_treeids=tree[at].tolist(),
            target_nodeids=place[at].tolist(),
            target_ids=of_class.tolist(),
            target_weights=weights.astype(np.float32).tolist(),
            n_targets=self.probabilities.shape[1],
            aggregate_function="SUM",
        )
