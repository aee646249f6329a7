"""Trees as plain arrays: what a library grew, kept without pickle and written as ONNX.

A scikit-learn model can only be stored by pickle, so its arrays are taken out. They answer here by
walking down all trees at once, and in the exported graph through one TreeEnsembleRegressor with a
target per class: ONNX Runtime's classifier treats two classes in a way of its own. Where the answer
is a number, there is one target.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model
from safetensors.numpy import load_file, save
from scipy.sparse import csr_array, vstack

from daylight.core.config import Config, decode
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node
from daylight.data.images import PIXELS
from daylight.data.rows import ROW

if TYPE_CHECKING:
    from daylight.core.types import Array

CHUNK = 256
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
GRAPH = "model.onnx"

_NODES = ("roots", "feature", "threshold", "left", "right")
_LEAVES = ("data", "indices", "indptr")
_INPUTS = {
    PIXELS: (TensorProto.UINT8, ["rows", "h", "w", "c"]),
    ROW: (TensorProto.FLOAT, ["rows", "features"]),
}
"""Type and shape of the columns that trees can look at."""

Votes = Literal["probabilities", "scores", "value"]
"""What the leaves of all trees add up to: probabilities, scores for softmax, or a number."""


class TreeConfig(Config):
    """What ``config.json`` holds."""

    num_classes: int
    votes: Votes
    column: str = PIXELS


@dataclass(frozen=True, slots=True)
class Tree:
    """One binary tree as it was grown; its root is node 0.

    Attributes:
        feature: ``(nodes,)``; negative in a leaf.
        threshold: ``(nodes,)``, in any precision. A row goes left if it is not above.
        left: ``(nodes,)``; whatever in a leaf.
        right: Likewise.
        leaves: ``(nodes, classes)``, dense or sparse: what each leaf adds to each class; whatever
            in other nodes.
    """

    feature: "Array"
    threshold: "Array"
    left: "Array"
    right: "Array"
    leaves: Any

    @classmethod
    def of_sklearn(cls, grown: Any, leaves: "Array") -> "Tree":
        """Takes the arrays out of a fitted tree of scikit-learn."""
        tree = grown.tree_
        return cls(tree.feature, tree.threshold, tree.children_left, tree.children_right, leaves)


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """Binary trees; a row gets the sum of what the leaves hold that it falls into.

    The nodes of all trees lie end to end. A row goes left if ``row[feature] <= threshold``.

    Attributes:
        roots: int64 ``(trees,)``.
        feature: int64 ``(nodes,)``; -1 in a leaf.
        threshold: float32 ``(nodes,)``.
        left: int64 ``(nodes,)``, absolute; a leaf points at itself.
        right: Likewise.
        leaves: Sparse float32 ``(nodes, classes)``; zero in other nodes. Of numbers there is one
            class.
        votes: What the sums are.
        column: The prepared column that they look at.
    """

    roots: "Array"
    feature: "Array"
    threshold: "Array"
    left: "Array"
    right: "Array"
    leaves: csr_array
    votes: Votes
    column: str = PIXELS

    @classmethod
    def of(cls, trees: Sequence[Tree], votes: Votes, *, column: str = PIXELS) -> "TreeEnsemble":
        """Lays trees end to end."""
        starts = np.cumsum([0, *(len(tree.feature) for tree in trees)])
        feature = np.concatenate([tree.feature for tree in trees]).astype(np.int64)
        leaf, here = feature < 0, np.arange(len(feature))
        pairs = list(zip(trees, starts[:-1], strict=True))
        left = np.concatenate([tree.left + start for tree, start in pairs])
        right = np.concatenate([tree.right + start for tree, start in pairs])
        threshold = np.concatenate([tree.threshold for tree in trees])
        leaves = vstack([csr_array(tree.leaves) for tree in trees], format="csr")
        return cls(
            roots=starts[:-1].astype(np.int64),
            feature=np.where(leaf, -1, feature),
            threshold=rounded_down(np.where(leaf, 0, threshold)),
            left=np.where(leaf, here, left).astype(np.int64),
            right=np.where(leaf, here, right).astype(np.int64),
            leaves=_without_zeros(leaves.multiply(leaf[:, None])).astype(np.float32),
            votes=votes,
            column=column,
        )

    def predict(self, inputs: Columns) -> Columns:
        """Answers for rows of numbers of any shape ``(rows, ...)``."""
        values = inputs[self.column].values
        sums = np.zeros((len(values), self.leaves.shape[1]))
        for start in range(0, len(values), CHUNK):
            here = slice(start, start + CHUNK)
            rows = values[here].reshape(len(values[here]), -1).astype(np.float32)
            reached = self._reached(rows)
            each = np.arange(len(rows) + 1) * reached.shape[1]
            chosen = csr_array(
                (np.ones(reached.size), reached.ravel(), each), (len(rows), len(self.feature))
            )
            sums[here] = (chosen @ self.leaves).toarray()
        if self.votes == "value":
            return {"value": Column(sums[:, 0].astype(np.float32))}
        if self.votes == "scores":
            sums = np.exp(sums - sums.max(axis=1, keepdims=True))
            sums /= sums.sum(axis=1, keepdims=True)
        return {"probabilities": Column(sums.astype(np.float32))}

    def _reached(self, rows: "Array") -> "Array":
        """The leaf of each tree that each row falls into: int64 ``(rows, trees)``."""
        node = np.tile(self.roots, (len(rows), 1))
        while True:
            feature = self.feature[node]
            inside = feature >= 0
            if not inside.any():
                return node
            value = np.take_along_axis(rows, np.maximum(feature, 0), axis=1)
            down = np.where(value <= self.threshold[node], self.left[node], self.right[node])
            node = np.where(inside, down, node)

    def redrawn(self, random: np.random.Generator) -> "TreeEnsemble":
        """Trees of the same shapes that have learned nothing: splits and leaves are shuffled."""
        inside, leaf = np.flatnonzero(self.feature >= 0), np.flatnonzero(self.feature < 0)
        splits, leaves = random.permutation(inside), random.permutation(leaf)
        feature, threshold = self.feature.copy(), self.threshold.copy()
        feature[inside], threshold[inside] = self.feature[splits], self.threshold[splits]
        rows = np.arange(len(self.feature))
        rows[leaf] = leaves
        return replace(self, feature=feature, threshold=threshold, leaves=self.leaves[rows])

    def save(self, folder: Path) -> None:
        """Writes the arrays."""
        arrays = {name: getattr(self, name) for name in _NODES}
        arrays |= {f"leaves.{name}": getattr(self.leaves, name) for name in _LEAVES}
        write_atomic(folder / WEIGHTS, save(arrays))
        config = TreeConfig(num_classes=self.leaves.shape[1], votes=self.votes, column=self.column)
        write_atomic(folder / CONFIG, config.to_json())

    @classmethod
    def load(cls, folder: Path) -> "TreeEnsemble":
        """Reads what ``save`` wrote."""
        config = decode(TreeConfig, (folder / CONFIG).read_bytes(), where=folder / CONFIG)
        arrays = load_file(folder / WEIGHTS)
        shape = (len(arrays["feature"]), config.num_classes)
        leaves = csr_array(tuple(arrays.pop(f"leaves.{name}") for name in _LEAVES), shape)
        return cls(**arrays, leaves=leaves, votes=config.votes, column=config.column)

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph. Source: ONNX operators, ai.onnx.ml 3, TreeEnsembleRegressor."""
        answer, shape = "probabilities", ["rows", self.leaves.shape[1]]
        nodes = [
            helper.make_node("Flatten", [self.column], ["flat"], axis=1),
            helper.make_node("Cast", ["flat"], ["numbers"], to=TensorProto.FLOAT),
            self._node("numbers", self.votes),
        ]
        if self.votes == "scores":
            nodes.append(helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1))
        elif self.votes == "value":
            answer, shape = "value", ["rows"]
            nodes[-1] = self._node("numbers", "sums")
            axis = numpy_helper.from_array(np.array([1]), "axis")
            nodes.append(helper.make_node("Squeeze", ["sums", "axis"], ["value"]))
        graph = helper.make_graph(
            nodes,
            "trees",
            [helper.make_tensor_value_info(self.column, *_INPUTS[self.column])],
            [helper.make_tensor_value_info(answer, TensorProto.FLOAT, shape)],
            [axis] if answer == "value" else [],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        save_model(helper.make_model(graph, opset_imports=opsets, ir_version=9), folder / GRAPH)
        return (
            Node(
                operation="onnx",
                inputs=(self.column,),
                outputs=(answer,),
                parameters={"file": GRAPH},
            ),
        )

    def _node(self, source: str, to: str) -> Any:
        tree = np.searchsorted(self.roots, np.arange(len(self.feature)), side="right") - 1
        place = np.arange(len(self.feature)) - self.roots[tree]
        leaf = self.feature < 0
        at, of_class = self.leaves.nonzero()
        weights = self.leaves.data
        if not len(weights):  # ONNX has no list of nothing
            at, of_class, weights = np.flatnonzero(leaf)[:1], np.zeros(1, int), np.zeros(1)
        return helper.make_node(
            "TreeEnsembleRegressor",
            [source],
            [to],
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
            target_weights=weights.tolist(),
            n_targets=self.leaves.shape[1],
            aggregate_function="SUM",
        )


def class_counts(grown: Any, seen: "Array", num_classes: int) -> "Array":
    """Training examples by class in every node of a fitted ``DecisionTreeClassifier``.

    Args:
        grown: The tree.
        seen: Index in the vocabulary of each class that it knows.
        num_classes: Size of the vocabulary.

    Returns:
        Float64 ``(nodes, num_classes)``.
    """
    tree = grown.tree_
    counts = np.zeros((tree.node_count, num_classes))
    counts[:, seen] = tree.value[:, 0, :] * tree.weighted_n_node_samples[:, None]
    return counts


def rounded_down(thresholds: "Array") -> "Array":
    """The largest float32 not above each threshold: float32 rows fall on the same side of it.

    >>> above = np.float32(0.1)  # as float64, 0.10000000149
    >>> bool(above <= np.array([0.1])[0]), bool(above <= rounded_down(np.array([0.1]))[0])
    (False, False)
    """
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _without_zeros(sparse: Any) -> Any:
    sparse = csr_array(sparse)
    sparse.eliminate_zeros()
    sparse.sort_indices()
    return sparse
