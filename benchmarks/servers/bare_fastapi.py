"""FastAPI around ONNX Runtime, as tutorials have it: a plain function in FastAPI's thread pool."""

import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from graph import Graph

port, package, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
graph = Graph(package, threads)
app = FastAPI()


@app.post("/predict")
async def predict(request: Request) -> dict:
    """Answers one picture."""
    data = await request.body()
    [answer] = await run_in_threadpool(lambda: graph.answer(graph.read(data)[None]))
    return answer


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
