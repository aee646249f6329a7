"""Runs a command again and again in forks of one warm process, with a fault at a chosen write.

A write point is a call that changes the file system below one folder: a file opened for writing, a
file brought to disk, a file or folder that is made, linked, renamed or removed. Python's audit
events name them, so nothing that Python code writes can pass unseen.

Source: PEP 578; https://docs.python.org/3/library/audit_events.html.
"""

import errno
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from daylight.cli.main import main

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REMOVALS = {"os.remove", "os.rmdir"}
PATHS: dict[str, Callable[..., tuple]] = {
    "open": lambda path, mode, flags: (path, None),
    "os.mkdir": lambda path, mode, folder: (path, folder),
    "os.rename": lambda source, target, source_folder, folder: (target, folder),
    "os.link": lambda source, target, source_folder, folder: (target, folder),
    "os.symlink": lambda source, target, folder: (target, folder),
    "os.remove": lambda path, folder: (path, folder),
    "os.rmdir": lambda path, folder: (path, folder),
    "os.truncate": lambda path, length: (path, None),
}
WARM = (
    "daylight.cli.train",
    "daylight.steps.report",
    "daylight.steps.evaluate",
    "daylight.steps.explain",
    "daylight.models.decision_tree",
    "daylight.models.majority",
    "daylight.training.trees",
    "filelock",
    "onnxruntime",
    "onnx",
    "pyarrow.csv",
    "scipy.stats",
    "sklearn.tree",
    "shap",
    "captum.attr",
)


@dataclass
class Writes:
    """Counts write points below ``place``, and does ``fault`` at one of them.

    Attributes:
        fault: ``"kill"`` before the call; ``"tear"`` while a file is written, half of which is
            there; ``"full"``: from here on nothing can be written, but things can be removed.
        point: Where, counted from 0; ``None`` only records.
    """

    place: Path
    fault: str = "kill"
    point: int | None = None
    seen: list[tuple[str, str]] = field(default_factory=list)

    def watch(self) -> None:
        sys.addaudithook(self._audited)
        sync = os.fsync

        def fsync(file):
            number = file if isinstance(file, int) else file.fileno()
            self._write("fsync", Path(f"/proc/self/fd/{number}").readlink())
            sync(file)

        os.fsync = fsync

    def _audited(self, event, arguments):
        if event not in PATHS or (event == "open" and not arguments[2] & WRITING):
            return
        path, folder = PATHS[event](*arguments)
        if isinstance(path, int):
            return
        base = Path.cwd() if folder in (-1, None) else Path(f"/proc/self/fd/{folder}").readlink()
        starts_anew = event == "open" and bool(arguments[2] & os.O_TRUNC)
        self._write("create" if starts_anew else event, base / os.fsdecode(path))

    def _write(self, event, path):
        if not path.is_relative_to(self.place):
            return
        self.seen.append((event, str(path.relative_to(self.place))))
        if self.point is None or len(self.seen) <= self.point:
            return
        if self.fault == "full":
            if event not in REMOVALS:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return
        self.point = None
        if self.fault == "tear":
            tear(event, path)
        os.kill(os.getpid(), signal.SIGKILL)


def tear(event: str, path: Path) -> None:
    """Leaves a file as it is when a process or a machine dies while it is written."""
    if event == "fsync" and path.is_file():
        os.truncate(path, path.stat().st_size // 2)
    elif event in ("create", "open"):
        with path.open("wb" if event == "create" else "ab") as file:
            file.write(b'{"torn": ')


def forked(arguments: Sequence[str], errors: Path, writes: Writes | None = None) -> int:
    """Runs a command of Daylight's in a child, and gives its exit code."""
    child = os.fork()
    if child == 0:
        code = 0
        with errors.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        try:
            if writes:
                writes.watch()
            main(arguments)
        except SystemExit as stopped:
            code = stopped.code or 0
        except BaseException:  # noqa: BLE001 - the child must not go on as its parent
            traceback.print_exc()
            code = 1
        if writes and writes.point is None:
            errors.with_suffix(".json").write_text(json.dumps(writes.seen))
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve(place: Path, old: Path | None, command: Sequence[str]) -> None:
    """For each line ``fault point`` on standard input: runs with the fault, then without.

    Args:
        place: The run of a trial is its folder ``fault-point/run``; both exit codes are answered.
        old: A run that each trial begins with a copy of.
        command: Without its output.
    """
    for module in WARM:
        import_module(module)
    for line in sys.stdin:
        fault, point = line.split()
        trial = place / f"{fault}-{point}"
        trial.mkdir()
        if old:
            shutil.copytree(old, trial / "run")
        run = [*command, "-o", str(trial / "run")]
        writes = Writes(trial / "run", fault, int(point) if fault != "none" else None)
        codes = [forked(run, trial / "first.err", writes)]
        if fault != "none":
            shutil.copytree(trial / "run", trial / "between", symlinks=True)
            codes.append(forked(run, trial / "again.err"))
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    place, old, *command = sys.argv[1:]
    serve(Path(place), Path(old) if old else None, command)
