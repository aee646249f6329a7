"""Models of a hub take part where a person named one, judged by four factors with evidence."""

import os
import subprocess
import sys
from datetime import date

import pytest

from choosing.hubs import CARD, COMMIT, facts, serve
from daylight.core.choice import ChosenSection
from daylight.core.run import Run
from daylight.models import FAMILIES
from daylight.remote.factors import CARD as CHECKLIST
from daylight.remote.factors import factors
from daylight.remote.models import HubModel, Reported
from tiny import patterns
from training.open_checkpoints import write

TODAY = date(2026, 11, 24)


def judged(**told):
    values = {"repo_id": "team/m", "revision": COMMIT, "pipeline_tag": "image-classification"}
    model = HubModel(**{**values, **told})
    found = factors(model, pipeline_tag="image-classification", usable=True, today=TODAY)
    return {factor.name: factor for factor in found}


def test_what_a_hub_does_not_tell_is_not_met():
    found = judged()
    assert [f.num_met for f in found.values()] == [2, 0, 0, 0]
    assert all(f.num_checks >= f.num_met for f in found.values())
    assert all(f.evidence for f in found.values())


def test_a_card_is_judged_by_its_checklist():
    whole = CARD.format(license="mit") + "## Evaluation\n## Citation\n"
    found = judged(card=whole, license="mit", datasets=("made-up",))["documentation"]
    assert (found.num_met, found.num_checks) == (len(CHECKLIST), len(CHECKLIST))
    for heading, lost in (("## Limitations", "limitations"), ("## Citation", "citation")):
        less = judged(card=whole.replace(heading, ""), license="mit", datasets=("made-up",))
        assert less["documentation"].num_met == len(CHECKLIST) - 1
        assert any(e.startswith(f"not met: {lost}") for e in less["documentation"].evidence)


@pytest.mark.parametrize(
    ("told", "met"),
    [
        ({"num_commits": 5}, 1),
        ({"num_commits": 4}, 0),
        ({"num_contributors": 2, "num_pull_requests": 1}, 2),
        ({"num_downloads": 1000, "last_modified": "2026-01-01"}, 2),
        ({"last_modified": "2025-01-01"}, 0),
    ],
)
def test_a_community_is_judged_by_what_it_did(told, met):
    assert judged(**told)["community"].num_met == met


def test_reported_scores_are_told_as_claims():
    found = judged(results=(Reported(dataset="beans", metric="accuracy", value=0.9),))
    assert found["performance"].num_met == 1
    assert "accuracy 0.9 on beans, as its card says" in found["performance"].evidence


def test_the_specs_name_every_architecture_that_can_be_loaded():
    from daylight.training.backbones.open_models import ARCHITECTURES

    assert set(FAMILIES["transfer"].architectures) == set(ARCHITECTURES)


@pytest.fixture
def models(tmp_path):
    def model(name, architecture, license_name, **told):
        folder = write(tmp_path / name, architecture)
        (folder / "README.md").write_text(CARD.format(license=license_name))
        card = {"license": license_name, "datasets": ["made-up"]}
        return folder, facts(f"team/{name}", folder, cardData=card, **told)

    return {
        "team/good": model("good", "resnet", "mit", downloads=5000),
        "team/closed": model("closed", "resnet", "cc-by-nc-4.0", downloads=9000),
        "team/odd": model("odd", "resnet", "mit", config={"model_type": "mystery"}),
        "team/text": model("text", "resnet", "mit", pipeline_tag="text-classification"),
    }


@pytest.mark.slow
def test_models_of_a_hub_race_beside_the_families(models, tmp_path):
    data = patterns(tmp_path / "photos", each=8)
    command = [sys.executable, "-m", "daylight", "choose", str(data), "-o", str(tmp_path / "run")]
    command += ["--among", "transfer,majority", "--license", "mit,apache-2.0"]
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    with serve(models) as (address, asked):
        made = subprocess.run(
            [*command, "--hub", address],
            env=environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    assert made.returncode == 0, made.stderr
    assert "pipeline_tag=image-classification" in asked[0]
    assert not [each for each in asked if "closed/resolve" in each and "README" not in each]
    race = Run.open(tmp_path / "run").read(ChosenSection).race
    found = {each.settings.get("backbone", each.model): each for each in race.candidates}
    good = found[f"hf:team/good@{COMMIT}"]
    assert good.model == "transfer"
    assert good.rungs
    assert good.license == "mit"
    assert [factor.name for factor in good.factors] == [
        "fits the use",
        "performance",
        "community",
        "documentation",
    ]
    assert "measured" in good.factors[1].evidence[-1]
    assert "2 contributors" in good.factors[2].evidence
    assert "not met: pull requests untold" in good.factors[2].evidence
    assert found["hf:team/closed"].state == "ruled out"
    assert "cc-by-nc-4.0, is none of" in found["hf:team/closed"].reason
    assert "mystery" in found["hf:team/odd"].reason
    assert "hf:team/text" not in found
    assert f"HF_ENDPOINT={address} daylight train" in made.stdout


def test_what_is_no_hub_is_named(tmp_path):
    data = patterns(tmp_path / "photos", each=8)
    with serve({}) as (address, _):
        made = subprocess.run(
            [sys.executable, "-m", "daylight", "choose", str(data), "--hub", f"{address}/nowhere"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    assert made.returncode == 2
    assert f"The hub {address}/nowhere cannot be asked" in made.stderr
    assert "Traceback" not in made.stderr
