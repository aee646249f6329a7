"""One file per task; this table is the registration."""

from daylight.core.errors import DataError
from daylight.core.registry import Registry
from daylight.core.types import Source, Task

TASKS: Registry[Task] = Registry(
    "task",
    {
        "image-classification": "daylight.tasks.image_classification:TASK",
    },
)


def infer(source: Source) -> tuple[Task, str]:
    """Asks every task whether this is its data.

    Returns:
        The task and what it saw, in a sentence.

    Raises:
        DataError: No task knows it, or several do.
    """
    known = [(task, saw) for task in TASKS.working() if (saw := task.recognise(source))]
    if len(known) == 1:
        return known[0]
    if known:
        names = " or ".join(task.name for task, _ in known)
        raise DataError(
            f"{source.path} could be the data of several tasks.", hint=f"Say which: --task {names}"
        )
    raise DataError(
        f"No task recognises {source.path} ({_describe(source)}).",
        hint=f"Known tasks: {', '.join(TASKS)}. How their data looks: docs/data.md",
    )


def _describe(source: Source) -> str:
    suffixes = sorted({path.suffix.lower() or "no suffix" for path in source.files})
    shown = ", ".join(suffixes[:6]) + (", …" if len(suffixes) > 6 else "")
    return f"{len(source.files):,} files: {shown}"
