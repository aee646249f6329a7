"""One file per task; this table is the registration."""

from collections.abc import Sequence

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.registry import Registry
from daylight.core.types import Source, Task
from daylight.data.tables import TABLE_SUFFIXES, notes, require_target

TASKS: Registry[Task] = Registry(
    "task",
    {
        "image-classification": "daylight.tasks.image_classification:TASK",
        "recommendation": "daylight.tasks.recommendation:TASK",
        "tabular-classification": "daylight.tasks.tabular_classification:TASK",
        "tabular-regression": "daylight.tasks.tabular_regression:TASK",
        "text-regression": "daylight.tasks.text_regression:TASK",
        "text-classification": "daylight.tasks.text_classification:TASK",
        "text-multilabel-classification": "daylight.tasks.text_multilabel_classification:TASK",
        "text-retrieval": "daylight.tasks.text_retrieval:TASK",
        "unconditional-image-generation": "daylight.tasks.unconditional_image_generation:TASK",
    },
)


def infer(source: Source, data: DataConfig) -> tuple[Task, str]:
    """Asks every task whether this is its data.

    Args:
        source: Where it is.
        data: What the recipe says of it; its ``target`` may decide.

    Returns:
        The task and what it saw, in a sentence.

    Raises:
        DataError: No task knows it, or several do; or it has no column ``data.target``.
    """
    columns = list(source.columns())
    if columns and data.target:
        require_target(columns, data.target, source.path)
    known = [(task, said) for task in TASKS.working() if (said := saw(task, source, data))]
    known = [each for each in known if not each[0].gives_way] or known
    if len(known) == 1:
        return known[0]
    if known:
        names = " or ".join(task.name for task, _ in known)
        raise DataError(
            f"{source.path} could be the data of several tasks.", hint=f"Say which: --task {names}"
        )
    hint = f"Known tasks: {', '.join(TASKS)}. How their data looks: docs/data.md"
    if columns and not data.target:
        hint = f"Say which column to predict: --set data.target=NAME. {hint}"
    if broken := TASKS.broken():
        hint += f" Cannot be loaded: {', '.join(broken)} (see: daylight doctor)."
    raise DataError(f"No task recognises {source.path} ({_describe(source, columns)}).", hint=hint)


def saw(task: Task, source: Source, data: DataConfig) -> str:
    """What a task sees in data, and how its tables are read; empty if it does not know it."""
    seen = task.recognise(source, data)
    if not seen:
        return ""
    are_tables = all(path.suffix.lower() in TABLE_SUFFIXES for path in source.files)
    told = [note for path in source.files if are_tables and (note := notes(path))]
    return "; ".join([seen, *told])


def _describe(source: Source, columns: Sequence[str]) -> str:
    if columns:
        return f"a table with columns {', '.join(columns)}"
    suffixes = sorted({path.suffix.lower() or "no suffix" for path in source.files})
    shown = ", ".join(suffixes[:6]) + (", …" if len(suffixes) > 6 else "")
    return f"{len(source.files):,} files: {shown}"
