"""How a server bears load: minutes at 80 % of what it can, and three times what it can.

What it can is measured first: requests a second of 32 connections that ask again at once. Then
requests come at a pace, from many connections that wait between them. Steady: no error, and memory
does not grow. Too much: what is answered stays near to what it can, the rest is refused quickly.

Needs wrk; it has the machine's cores to share with the server.

Run: python benchmarks/serving_load.py RUN PICTURE [--minutes 10]
"""

import argparse
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from serving import running, wait

SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "image/png"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
function delay() return math.random(0, {most_ms}) end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("found %d %d %d %d %d %d\\n", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Load:
    """What came of some seconds: answers and refusals a second, errors, latencies in ms."""

    answered: float
    refused: float
    lost: int
    median_ms: float
    p99_ms: float


def load(url: str, picture: Path, *, connections: int, rate: float, seconds: int) -> Load:
    """Asks at a pace; a rate of 0 is without waiting."""
    most_ms = round(2000 * connections / rate) if rate else 0
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT.format(body=picture, most_ms=most_ms))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script.name, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    numbers = map(int, re.search(r"found (.*)", said)[1].split())
    requests, passed_us, refused, lost, median_us, p99_us = numbers
    passed = passed_us / 1e6
    return Load(
        (requests - refused) / passed, refused / passed, lost, median_us / 1e3, p99_us / 1e3
    )


def memory_mb(pid: int) -> float:
    """What the process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Prints a line for each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    package = str(asked.run / "package" if (asked.run / "package").is_dir() else asked.run)
    with running("daylight", package, 0, "") as (url, pid):
        wait(url, asked.picture.read_bytes(), "image/png")
        load(url, asked.picture, connections=32, rate=0, seconds=3)
        most = load(url, asked.picture, connections=32, rate=0, seconds=10)
        print(f"it can: {most}", flush=True)
        before = memory_mb(pid)
        parts = []
        for _ in range(10):
            seconds = max(1, round(6 * asked.minutes))
            parts.append(
                load(url, asked.picture, connections=64, rate=0.8 * most.answered, seconds=seconds)
            )
            print(f"80 %: {parts[-1]}, {memory_mb(pid):.1f} MB", flush=True)
        print(f"memory: {before:.1f} MB before, {memory_mb(pid):.1f} MB after")
        much = load(url, asked.picture, connections=512, rate=3 * most.answered, seconds=20)
        print(f"300 %: {much}, {much.answered / most.answered:.2f} of what it can")
        after = load(url, asked.picture, connections=32, rate=0, seconds=5)
        print(f"afterwards: {after}, {memory_mb(pid):.1f} MB")


if __name__ == "__main__":
    main()
