"""What must hold of a run that was cut short and continued."""

import json

from daylight.package.manifest import read_manifest
from daylight.package.package import Package
from end_to_end.conftest import contents


def digests(run):
    return [read_manifest(run / name).model_digest for name in ("package", "baseline")]


def faults_of(run, whole):
    """What is wrong with a run that was continued."""
    wrong = []
    if digests(run) != digests(whole):
        wrong.append("another model")
    if Package.open(run / "package").manifest.files.keys() != (
        read_manifest(whole / "package").files.keys()
    ):
        wrong.append("other files in the package")
    names = {path.relative_to(run) for path in contents(run)}
    if names != (expected := {path.relative_to(whole) for path in contents(whole)}):
        wrong.append(f"left {names - expected}, lacks {expected - names}")
    return wrong + damaged(run)


def damaged(run):
    """JSON files that are not whole."""
    wrong = []
    for path in [*run.rglob("*.json"), *run.rglob("*.jsonl")]:
        lines = path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]
        try:
            _ = [json.loads(line) for line in lines]
        except ValueError:
            wrong.append(f"{path.name} is damaged")
    return wrong
