"""A Ray cluster that shares the work: joined where somebody names one, else never imported."""

import math
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from daylight.core.errors import MissingExtraError, ResourceError, UserError
from daylight.core.files import write_atomic
from daylight.core.run import Run
from daylight.package.provenance import code_digest

REACHED_S = 5.0
"""Seconds in which a cluster has to answer at all."""

SEEN_S = 120.0
"""Seconds in which each machine has to say what it sees; it may have to load libraries first."""

START_S = 15.0
"""What a process of a cluster may take until it works."""

HEARD_S = 2.0
"""Seconds after which the head is looked for, while the others work."""

NUM_ASKED = 3
"""A head that cannot be reached so often, one after the other, is lost."""

MARKER = ".shared"
"""A file in the run's folder that every machine has to see."""

VERSIONS = ("numpy", "torch", "scikit-learn")
"""Of libraries that compute: they have to be the same everywhere."""


class LostError(Exception):
    """The process or the machine that worked is gone."""


class Machine(NamedTuple):
    """One of a cluster."""

    number: str
    host: str
    num_cpus: int


class Sight(NamedTuple):
    """What a machine sees of a run, and what it would compute with."""

    marker: str
    data: bool
    code: str
    versions: tuple[str, ...]


@contextmanager
def joined(address: str) -> Iterator[None]:
    """Takes part in a cluster for a while; in none if the address is empty.

    Args:
        address: ``"HOST:PORT"`` of its head, or ``"auto"`` for the one that runs on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
        UserError: The cluster cannot be reached, or not from here.
    """
    if not address:
        yield
        return
    _join(address)
    try:
        yield
    finally:
        _ray().shutdown()


def _ray() -> Any:
    try:
        import ray  # noqa: PLC0415 - large, and only here
    except ModuleNotFoundError:
        raise MissingExtraError(
            "--ray needs ray, which is not installed.",
            hint=f"{Path(sys.executable).name} -m pip install 'ray>=2.50' (the extra ray)",
            library="ray",
        ) from None
    return ray


def _join(address: str) -> None:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it would report to its makers
    _check_reachable(address)
    ray = _ray()
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM) if is_main else None
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, TimeoutError, ValueError, SystemExit) as error:
        raise UserError(
            f"The Ray cluster at {address} cannot be joined: {error or 'it does not answer'}.",
            hint="This machine has to be one of the cluster's: ray start --address=HOST:PORT; "
            "see what runs with: ray status --address=HOST:PORT",
        ) from None
    finally:
        if is_main:
            signal.signal(signal.SIGTERM, before)  # Ray would end the process without cleaning up


def _check_reachable(address: str) -> None:
    """Ray itself would try for more than a minute, and then end the process."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        raise UserError(
            f"--ray {address}: this is no address of a cluster.",
            hint="Write HOST:PORT of its head, such as --ray 10.0.0.1:6379, or --ray auto",
        )
    try:
        socket.create_connection((host, int(port)), REACHED_S).close()
    except (OSError, OverflowError) as error:
        raise UserError(
            f"There is no Ray cluster at {address}: {error}.",
            hint=f"Start one there: RAY_USAGE_STATS_ENABLED=0 ray start --head --port={port}",
        ) from None


def check_head() -> None:
    """Makes sure that the head is there: Ray would ask it for a minute, and then end this process.

    Raises:
        ResourceError: It is lost.
    """
    address = str(_ray().get_runtime_context().gcs_address)
    host, _, port = address.rpartition(":")
    for _ in range(NUM_ASKED):
        try:
            socket.create_connection((host, int(port)), REACHED_S).close()
        except OSError:
            time.sleep(HEARD_S)
        else:
            return
    raise ResourceError(
        f"The head of the Ray cluster at {address} is lost; what is done is kept.",
        hint="The same command goes on, with a cluster that is started again (another address: "
        "--ray HOST:PORT) or without --ray",
    )


def machines() -> list[Machine]:
    """Those of the cluster that are there now and compute; the head's first, then by number.

    Raises:
        ResourceError: The head is lost.
    """
    check_head()
    found = [
        Machine(each["NodeID"], each["NodeManagerAddress"], int(each["Resources"].get("CPU", 0)))
        for each in _ray().nodes()
        if each["Alive"]
    ]
    return sorted(each for each in found if each.num_cpus)


def start(
    function: Callable[..., Any], *arguments: Any, num_cpus: int = 1, on: str | None = None
) -> Any:
    """Has a function of this package called somewhere, or on one machine; returns a ticket.

    Where it is lost it is not called again: whoever waits for it knows better what to do.
    """
    return remote(function, num_cpus=num_cpus, on=on, max_retries=0).remote(*arguments)


def remote(thing: Any, *, num_cpus: int, on: str | None, **options: Any) -> Any:
    """A function or a class of this package, to be run by the cluster."""
    from ray.util.scheduling_strategies import (  # noqa: PLC0415 - large, and only here
        NodeAffinitySchedulingStrategy,
    )

    where = NodeAffinitySchedulingStrategy(on, soft=False) if on else "SPREAD"
    options = {"num_cpus": num_cpus, "scheduling_strategy": where, **options}
    return _ray().remote(**options)(thing)


def finished(tickets: Sequence[Any], *, within_s: float) -> list[Any]:
    """Those of which one at least is done, or none after so many seconds.

    Raises:
        ResourceError: The head of the cluster is lost.
    """
    until = time.monotonic() + max(0.0, within_s)
    while True:
        check_head()
        left_s = max(0.0, until - time.monotonic())
        done: list[Any]
        done, _ = _ray().wait(list(tickets), num_returns=1, timeout=min(HEARD_S, left_s))
        if done or left_s <= HEARD_S:
            return done


def result(ticket: Any, *, within_s: float = math.inf) -> Any:
    """What was returned; what was raised is raised here.

    Raises:
        LostError: The process or the machine is gone, or had not answered after so many seconds.
        ResourceError: The head of the cluster is lost.
    """
    from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415 - large, and only here

    if not finished([ticket], within_s=within_s):
        raise LostError(f"no answer within {within_s:.0f} s")
    try:
        return _ray().get(ticket)
    except RayTaskError:
        raise
    except RayError as error:
        raise LostError(str(error).partition("\n")[0]) from error


def stop(ticket: Any) -> None:
    """Ends the process that works on it."""
    _ray().cancel(ticket, force=True)


def end(process: Any) -> None:
    """Ends a process that ``remote`` began, whatever it does."""
    _ray().kill(process)


def own_host() -> str:
    """Address of this machine in the cluster."""
    return str(_ray().util.get_node_ip_address())


def check_shared(run: Run) -> None:
    """Makes sure that every machine sees the run's folder and the data, and has the same code.

    Raises:
        UserError: One does not; names it.
        ResourceError: The cluster has nothing to compute with.
    """
    token = secrets.token_hex(8)
    marker = run.path.resolve() / MARKER
    write_atomic(marker, token.encode())
    try:
        mine = look(str(marker), run.recipe.data.path)
        there = machines()
        if not there:
            raise ResourceError(
                "No machine of the Ray cluster computes.", hint="Add one: ray start --address=..."
            )
        tickets = [
            start(look, str(marker), run.recipe.data.path, num_cpus=0, on=each.number)
            for each in there
        ]
        for machine, ticket in zip(there, tickets, strict=True):
            check_sight(machine, _sight(machine, ticket), mine, run)
    finally:
        marker.unlink(missing_ok=True)


def look(marker: str, data: str) -> Sight:
    """What the machine that runs this sees."""
    path = Path(marker)
    return Sight(
        marker=path.read_text() if path.is_file() else "",
        data=Path(data).exists(),
        code=code_digest(),
        versions=tuple(f"{name} {version(name)}" for name in VERSIONS),
    )


def _sight(machine: Machine, ticket: Any) -> Sight:
    try:
        seen: Sight = result(ticket, within_s=SEEN_S)
    except (LostError, ImportError) as error:
        raise UserError(
            f"The machine {machine.host} of the Ray cluster cannot run Daylight: {error}.",
            hint="Install the same version, with its extra train, on every machine.",
        ) from None
    return seen


def check_sight(machine: Machine, seen: Sight, mine: Sight, run: Run) -> None:
    """Makes sure that a machine sees and has what this one does.

    Raises:
        UserError: It does not; names the machine, and what.
    """
    of = f"The machine {machine.host} of the Ray cluster"
    hint = "Put it on a file system that all machines share, under the same path"
    if seen.marker != mine.marker:
        raise UserError(f"{of} does not see {run.path.resolve()}.", hint=f"{hint}: -o FOLDER")
    if not seen.data:
        raise UserError(f"{of} does not see {run.recipe.data.path}.", hint=f"{hint}.")
    if seen.code != mine.code or seen.versions != mine.versions:
        others = ", ".join(sorted({*seen.versions} - {*mine.versions})) or "another Daylight"
        raise UserError(
            f"{of} has other versions than this one: {others}.",
            hint="Install the same ones on every machine, and start its Ray again.",
        )
