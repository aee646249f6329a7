"""What is exported is enough to answer, for every family."""

from daylight import __version__
from daylight.package.manifest import seal
from daylight.steps.dataset import benchmark
from daylight.steps.forms import FORMS, files
from daylight.steps.searching import open_on


def test_what_answers_do_not_need_is_left_out(run, tmp_path):
    given = files(run, FORMS["float32"])
    assert not {"README.md", "report.html", "config.json"} & given.keys()
    for name, data in given.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    seal(tmp_path, version=__version__)
    on = benchmark(run, at_most=3)
    columns = on.inputs()
    ours, theirs = (open_on(each, on, run) for each in (run.package, tmp_path))
    assert list(theirs.predict_columns(columns)) == list(ours.predict_columns(columns))
