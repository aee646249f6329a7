"""The forms in which a package can be exported, and the files of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from daylight.core.exported import FormName
from daylight.core.run import Run
from daylight.package.package import Package
from daylight.runtime.predictor import Predictor
from daylight.runtime.program import OpenProgram
from daylight.steps.dataset import benchmark
from daylight.steps.quantize import quantized

NUM_CALIBRATION = 256
ABOUT = (
    "program.json",
    "labels.json",
    "recipe.json",
    "decisions.json",
    "provenance.json",
    "reference.json",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a package.

    Attributes:
        changed: The files that differ from those of the run's package.
        is_same_model: Whether it answers as that one does.
        needs: The library, and the extra of Daylight, that computes it beside the base install.
    """

    changed: Callable[[Run, Package], Mapping[str, bytes]]
    is_same_model: bool = False
    needs: str = ""


def files(run: Run, form: Form) -> dict[str, bytes]:
    """All that answers need, and what says where it comes from: weights stay in the run."""
    package = Package.open(run.package)
    found: dict[str, bytes] = {}

    def read(name: str) -> bytes:
        found[name] = package.read(name)
        return found[name]

    OpenProgram(package.program, read)
    for name in ABOUT:
        if name in package.manifest.files:
            read(name)
    return {**found, **form.changed(run, package)}


def _bf16(run: Run, package: Package) -> Mapping[str, bytes]:  # noqa: ARG001 - one signature
    """Graphs that compute in bfloat16."""
    nodes = tuple(
        msgspec.structs.replace(node, parameters={**node.parameters, "precision": "bfloat16"})
        if node.operation == "onnx"
        else node
        for node in package.program.nodes
    )
    return {"program.json": msgspec.structs.replace(package.program, nodes=nodes).to_json()}


def _int8(run: Run, package: Package) -> Mapping[str, bytes]:
    """Graphs that compute in int8, with the ranges that some examples of train have."""
    program = Predictor.of(package).program
    inputs = benchmark(run, "train", at_most=NUM_CALIBRATION).inputs()
    columns = program.columns(program.process(inputs))
    found = {}
    for node in package.program.nodes:
        if node.operation == "onnx":
            file = node.parameters["file"]
            values = [columns[name].values for name in node.inputs]
            found[file] = quantized(package.read(file), values)
    return found


FORMS: Mapping[FormName, Form] = {
    "float32": Form(lambda run, package: {}, is_same_model=True),  # noqa: ARG005 - one signature
    "bf16": Form(_bf16, needs="openvino"),
    "int8": Form(_int8),
}
