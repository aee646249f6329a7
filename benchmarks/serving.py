"""One model behind several servers: requests a second, and how long they take.

A request is a picture's bytes, an answer is JSON. Each server runs alone, in turn and in an order
that changes from round to round, and is asked by ``wrk`` over loopback with more and more
connections; told is the most requests a second at a 99th percentile of 50 ms, without an error.
Rounds are paired, so ratios are of the same moment.

Two tables: every server with its defaults, and every server with one thread a graph and with its
own batching. ``engine`` is what ONNX Runtime and Pillow do in a loop without any server, in as many
threads as there are cores.

Needs ``wrk``, and for the peers an environment of their own:

    python -m venv peers && peers/bin/pip install litserve bentoml fastapi 'uvicorn[standard]' \
        onnxruntime pillow numpy

Run: python benchmarks/serving.py RUN PICTURE [--peers peers/bin/python] [--rounds 3] [--seconds 3]
"""

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("bare_fastapi", "litserve_", "bentoml_")
CONNECTIONS = (1, 2, 4, 8, 16, 32, 64)
LIMIT_MS = 50.0
PORT = 8765

sys.path.insert(0, str(HERE / "servers"))


@contextmanager
def running(name: str, package: str, threads: int, python: str) -> Iterator[tuple[str, int]]:
    """Starts a server, and gives the address that answers pictures, and its process."""
    environment = {**os.environ, "PACKAGE": package, "THREADS": str(threads)}
    path = "/predict"
    if name == "daylight":
        latency = ["--latency", f"{LIMIT_MS:g}ms"]
        command = [sys.executable, "-m", "daylight", "serve", f"m={package}", "--port", str(PORT)]
        command, path = command + latency, "/v1/models/m/predict"
    elif name == "bentoml_":
        place = ["--working-dir", str(HERE / "servers"), "--port", str(PORT), "--host", "127.0.0.1"]
        command = [str(Path(python).with_name("bentoml")), "serve", "bentoml_:Pictures", *place]
    else:
        command = [python, str(HERE / "servers" / f"{name}.py"), str(PORT), package, str(threads)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{PORT}{path}", process.pid
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            time.sleep(0.3)


def wait(url: str, body: bytes, kind: str) -> None:
    """Until the server answers the picture."""
    until = time.monotonic() + 60
    while True:
        try:
            request = urllib.request.Request(url, body, {"Content-Type": kind})
            urllib.request.urlopen(request, timeout=5).read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def load(url: str, script: Path, connections: int, seconds: int) -> tuple[float, float, int]:
    """Requests a second, the 99th percentile in ms, and errors."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(script),
        url,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    lost = re.search(r"Socket errors: .*", said)
    errors = int(bad[1]) if bad else 0
    errors += sum(map(int, re.findall(r"\d+", lost[0]))) if lost else 0
    return rate, float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], errors


def most(name: str, package: str, threads: int, asked: argparse.Namespace, place: Path) -> float:
    """The most requests a second whose 99th percentile keeps to the limit; 0 if none does."""
    body, kind = asked.picture.read_bytes(), "image/png"
    form = name == "bentoml_"
    if form:
        kind = "multipart/form-data; boundary=x"
        head = b'--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n'
        body = head + b"Content-Type: image/png\r\n\r\n" + body + b"\r\n--x--\r\n"
    sent = place / f"{name}.body"
    sent.write_bytes(body)
    script = place / f"{name}.lua"
    script.write_text(
        f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "{kind}"\n'
        f'local file = io.open("{sent}", "rb")\nwrk.body = file:read("*a")\nfile:close()\n'
    )
    with running(name, package, threads, asked.peers) as (url, _):
        wait(url, body, kind)
        load(url, script, 4, 1)
        best = 0.0
        for connections in CONNECTIONS:
            rate, p99, errors = load(url, script, connections, asked.seconds)
            print(f"  {name:13} {connections:3} {rate:8.0f}/s  p99 {p99:7.1f} ms  errors {errors}")
            if p99 > LIMIT_MS or errors:
                break
            best = max(best, rate)
        return best


def engine(package: str, picture: bytes, seconds: float) -> float:
    """Pictures a second without any server."""
    from graph import Graph  # noqa: PLC0415 - on the path by now

    graph = Graph(package, 1)
    until = time.monotonic() + seconds

    def work() -> int:
        count = 0
        while time.monotonic() < until:
            graph.answer(graph.read(picture)[None])
            count += 1
        return count

    number = os.cpu_count() or 1
    start = time.monotonic()
    with ThreadPoolExecutor(number) as pool:
        counts = list(pool.map(lambda _: work(), range(number)))
    return sum(counts) / (time.monotonic() - start)


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--peers", default=sys.executable, help="Python that has the other servers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=PEERS)
    asked = parser.parse_args()
    package = str(asked.run / "package" if (asked.run / "package").is_dir() else asked.run)
    names = ["daylight", *asked.only]
    with tempfile.TemporaryDirectory() as folder:
        for title, threads in (("defaults", 0), ("one thread, batching", 1)):
            found: dict[str, list[float]] = {name: [] for name in (*names, "engine")}
            for number in range(asked.rounds):
                order = random.Random(number).sample(names, len(names))
                for name in order:
                    found[name].append(most(name, package, threads, asked, Path(folder)))
                found["engine"].append(engine(package, asked.picture.read_bytes(), asked.seconds))
            print(
                f"\n{title}, {asked.rounds} rounds, medians; requests/s at a p99 of {LIMIT_MS:g} ms"
            )
            for name, rates in found.items():
                ratios = [a / b for a, b in zip(found["daylight"], rates, strict=True) if b]
                ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                print(f"{name:13} {statistics.median(rates):8.0f}/s   daylight / it: {ratio}")


if __name__ == "__main__":
    main()
