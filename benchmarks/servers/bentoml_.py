"""BentoML, with its adaptive batching where threads are set; run by ``bentoml serve``."""

import os

import bentoml
import numpy as np
from graph import Graph
from PIL.Image import Image

package, threads = os.environ["PACKAGE"], int(os.environ["THREADS"])
batching = {"batchable": True, "max_batch_size": 32, "max_latency_ms": 50} if threads else {}


@bentoml.service(workers=1, traffic={"timeout": 30})
class Pictures:
    """One picture in, one answer out."""

    def __init__(self) -> None:
        """Loads the graph in a worker."""
        self.graph = Graph(package, threads)

    @bentoml.api(route="/predict", **batching)
    def predict(
        self, images: list[Image] if batching else Image
    ) -> list[dict] if batching else dict:
        """Answers a batch, or one."""
        given = images if batching else [images]
        size = self.graph.size
        shape = (size["width"], size["height"])
        mode = "L" if size["mode"] == "gray" else "RGB"
        pixels = [
            np.asarray(each.convert(mode).resize(shape)).reshape(*shape[::-1], -1) for each in given
        ]
        found = self.graph.answer(np.stack(pixels))
        return found if batching else found[0]
