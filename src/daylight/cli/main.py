"""Parses a command line and turns what comes out into text and exit codes.

Exit codes: 0 fine, 1 a bug, 2 the person can mend it, 3 integrity, 130 interrupted, 143 terminated.
"""

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from daylight import __version__
from daylight.cli.quantities import duration_s, latency_ms, memory_bytes, names, size_bytes
from daylight.core.errors import UserError
from daylight.core.files import refused
from daylight.core.rows import one_line

TAGLINE = "From a folder of data to an open model that others can trust."


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point; the one place where errors become messages."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal need not know every script
        sys.stdout.reconfigure(errors="backslashreplace")
    parser = build_parser()
    options = parser.parse_args(arguments)
    if not options.command:
        parser.print_help()
        return
    try:
        with _termination_interrupts():
            import_module(f"daylight.cli.{options.module}").run(options)
    except UserError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt as stop:
        print("\nStopped. The same command continues.", file=sys.stderr)
        sys.exit(128 + (stop.args[0] if stop.args else signal.SIGINT))
    except BrokenPipeError:
        # Whoever read our output has left; Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename:
            explained = refused(error, error.filename, to="open")
        else:
            explained = refused(error, "any more")
        if explained is None:
            raise
        _complain(explained)
        sys.exit(explained.exit_code)


@contextmanager
def _termination_interrupts() -> Iterator[None]:
    """Has SIGTERM, by which systems and schedulers end a process, clean up as ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():  # others may not set handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)


def _complain(error: UserError) -> None:
    print(f"error: {one_line(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint:  {one_line(error.hint)}", file=sys.stderr)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options; imports nothing else."""
    parser = argparse.ArgumentParser(prog="daylight", description=TAGLINE)
    parser.add_argument("--version", action="version", version=f"daylight {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, module: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(module=module)
        made.add_argument("--json", action="store_true", help="print JSON, for programs")
        return made

    demo = command("demo", "train", "Train on the pictures that come with Daylight.")
    demo.add_argument("-o", "--output", default="daylight-demo", help="folder for data and run")
    _model_options(demo)
    demo.set_defaults(time=None, plan=False)

    check = command("check", "check", "Say what is wrong with data, with pictures.")
    check.add_argument("data", help="folder of class folders, a table, or a recipe (.toml)")
    check.add_argument("-o", "--output", help="folder of the run (default: DATA-run)")
    check.add_argument("--task", default="", help="if the data does not tell")
    _set_option(check)

    train = command("train", "train", "Make a model from data: every step, through the report.")
    train.add_argument("data", help="folder of class folders, a table, or a recipe (.toml)")
    train.add_argument("-o", "--output", help="folder of the run (default: DATA-run)")
    train.add_argument("--task", default="", help="if the data does not tell")
    _model_options(train)
    train.add_argument(
        "--plan",
        action="store_true",
        help="only say what it would take, after a try on some of it",
    )
    train.add_argument(
        "--time", type=duration_s, help="be done, report included, within, such as 10m"
    )

    choose = command("choose", "choose", "Race models on data; say which is best, and why.")
    choose.add_argument("data", help="folder of class folders, a table, or a recipe (.toml)")
    choose.add_argument("-o", "--output", help="folder of the run (default: DATA-run)")
    choose.add_argument("--task", default="", help="if the data does not tell")
    choose.add_argument(
        "--time", type=duration_s, default=300.0, help="how long to race (default: 5m)"
    )
    choose.add_argument(
        "--among", type=names, metavar="NAMES", help="only these families, such as cnn,svm"
    )
    choose.add_argument(
        "--hub", metavar="URL", help="let the models of a hub take part; nothing is asked otherwise"
    )
    _limit_options(choose)
    _common_options(choose)

    for name, text in (
        ("evaluate", "Show a run's scores; if its data has changed, train and measure anew first."),
        ("explain", "Show what a run's answers rest on, and how far to believe that."),
        ("report", "Say where a run's report lies; if anything has changed, bring it up to date."),
    ):
        command(name, "run", text).add_argument("run", help="folder of a run")

    _predict_options(command("predict", "predict", "Answer with a model."))
    _index_options(
        command("index", "index", "Index documents that a model is to find; again: what is new.")
    )

    export = command(
        "export", "export", "Write a package that is smaller, or faster, to be served."
    )
    export.add_argument("run", help="folder of a run")
    export.add_argument(
        "--to",
        choices=("float32", "bf16", "int8"),
        help="what it computes in (default: the fastest that is no worse)",
    )
    export.add_argument("--size", type=size_bytes, help="it takes no more than, such as 5MB")
    export.add_argument("-o", "--output", help="folder of the package (default: RUN-export)")

    _serve_options(command("serve", "serve", "Answer over HTTP, to programs and on a page."))

    compare = command("compare", "run", "Compare two runs on the examples that they share.")
    compare.add_argument("run", help="folder of a run")
    compare.add_argument("other", help="folder of another")

    reproduce = command(
        "reproduce", "reproduce", "Train a run's model once more, and say whether it is the same."
    )
    reproduce.add_argument("run", help="folder of a run")
    reproduce.add_argument("-o", "--output", help="keep the second run here (default: nowhere)")

    command("models", "about", "List what can be trained, with source and license.")
    command("doctor", "about", "Say what this machine has, what is missing, how to get it.")
    return parser


def _serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "models", nargs="+", metavar="MODEL", help="runs or packages; NAME=FOLDER names one"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="(default: 8000)")
    parser.add_argument("--grpc-port", type=int, default=0, help="answer gRPC there, too")
    parser.add_argument(
        "--latency",
        type=latency_ms,
        default=50.0,
        metavar="TIME",
        help="batches are so small that answers take no longer than (default: 50ms)",
    )
    parser.add_argument(
        "--timeout",
        type=duration_s,
        default=30.0,
        metavar="TIME",
        help="no answer is given later than (default: 30s)",
    )
    parser.add_argument(
        "--max-body",
        type=size_bytes,
        default=32_000_000,
        metavar="SIZE",
        help="refuse larger requests (default: 32MB)",
    )
    parser.add_argument(
        "--rate", type=float, default=0.0, help="requests a second of one client (default: any)"
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="pages of this origin may ask, such as https://example.org",
    )


def _predict_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="folder of a run or a package")
    parser.add_argument("inputs", nargs="+", help="files, folders, patterns; - reads stdin")
    parser.add_argument(
        "--history",
        action="store_true",
        help="inputs are histories: the items that a person has, as A,B",
    )
    parser.add_argument(
        "--exclude", default="", metavar="A,B", help="items that must not be answered"
    )
    parser.add_argument(
        "--explain",
        nargs="?",
        const="",
        metavar="METHOD",
        help="draw what each answer rests on (default: by the most faithful method)",
    )
    parser.add_argument(
        "-o",
        "--output",
        help="folder for files (default: predictions; with --explain: explanations)",
    )
    parser.add_argument(
        "--index", default="", help="folder of documents to search (default: the run's own)"
    )


def _index_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="folder of a run or a package")
    parser.add_argument("documents", nargs="?", help="folder or table of documents")
    parser.add_argument("-o", "--output", help="folder of the index (default: DOCUMENTS-index)")
    parser.add_argument(
        "--keep", action="store_true", help="leave documents in that are not among these"
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="ID", help="take a document out"
    )
    parser.add_argument(
        "--vectors",
        choices=("auto", "exact", "hnsw", "ivf-pq"),
        default="auto",
        help="how vectors are looked up (default: by how many there are)",
    )


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="", help="family (see: daylight models)")
    _limit_options(parser)
    _common_options(parser)


def _common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--memory", type=memory_bytes, metavar="SIZE", help="take no more than, such as 2GB"
    )
    parser.add_argument(
        "--ray",
        default="",
        metavar="ADDRESS",
        help="let a Ray cluster do what can be done side by side, such as 10.0.0.1:6379",
    )
    parser.add_argument("--seed", type=int, help="all randomness comes from it (default: 0)")
    _set_option(parser)


def _limit_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size", type=size_bytes, help="the package takes no more than, such as 10MB"
    )
    parser.add_argument(
        "--latency",
        type=latency_ms,
        metavar="TIME",
        help="an answer takes no longer on this machine than, such as 5ms",
    )
    parser.add_argument(
        "--license", type=names, metavar="NAMES", help="accept no others, such as apache-2.0,mit"
    )


def _set_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="such as training.epochs=8",
    )
