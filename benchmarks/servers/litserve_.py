"""LitServe, with its batching where threads are set."""

import sys

import litserve
import numpy as np
from fastapi import Request
from graph import Graph

port, package, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


class Api(litserve.LitAPI):
    """One picture in, one answer out."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - given by LitServe
        """Loads the graph in a worker."""
        self.graph = Graph(package, threads)

    async def decode_request(self, request: Request) -> np.ndarray:
        """Reads a picture."""
        return self.graph.read(await request.body())

    def batch(self, inputs: list) -> np.ndarray:
        """Lays pictures together."""
        return np.stack(inputs)

    def predict(self, pixels: np.ndarray) -> list[dict]:
        """Answers a batch, or one."""
        return self.graph.answer(pixels) if pixels.ndim == 4 else self.graph.answer(pixels[None])[0]

    def unbatch(self, output: list[dict]) -> list[dict]:
        """Takes answers apart."""
        return output

    def encode_response(self, output: dict) -> dict:
        """As it is."""
        return output


if __name__ == "__main__":
    batching = {"max_batch_size": 32, "batch_timeout": 0.002} if threads else {}
    server = litserve.LitServer(Api(**batching), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=port, log_level="warning", generate_client_file=False)
