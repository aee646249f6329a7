"""What a person is recommended, and because of what."""

import json

import pytest

from contracts.conftest import make_run
from daylight.cli.main import main
from tiny import interactions


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recommended")
    return make_run(interactions(folder / "data"), folder / "run", "ease")


def said(capfd, *arguments):
    code = 0
    try:
        main(["predict", *map(str, arguments)])
    except SystemExit as ended:
        code = ended.code or 0
    out, err = capfd.readouterr()
    return code, out, err


def test_people_never_seen_are_answered_by_what_they_have(model, capfd):
    _, out, _ = said(capfd, model.path, "--history", "m0,m3,m6", "--json")
    items = json.loads(out)["items"]
    assert {int(item[1:]) % 3 for item in items[:5]} == {0}
    assert not {"m0", "m3", "m6"} & set(items)
    assert len(items) == 21


def test_what_is_excluded_is_not_answered(model, capfd):
    _, out, _ = said(capfd, model.path, "--history", "m0,m3", "--exclude", "m6, m9", "--json")
    answer = json.loads(out)
    assert not {"m6", "m9"} & set(answer["items"])
    assert len(answer["items"]) == len(answer["scores"]) == 20
    _, line, _ = said(capfd, model.path, "m0,m3", "--exclude", "m6,m9")
    assert line.strip() == f"m0,m3\t{', '.join(answer['items'][:10])}"


def test_each_answer_is_there_because_of_what_a_person_has(model, capfd):
    _, out, _ = said(capfd, model.path, "m0,m3,m1,nobody knows this", "--explain", "--json")
    answer = json.loads(out)
    first = answer["items"][0]
    reasons = [each["name"] for each in answer["because"][first]]
    assert {int(item[1:]) % 3 for item in reasons} == {int(first[1:]) % 3}
    for other in ("contributions", "leave-one-out"):
        _, again, _ = said(capfd, model.path, "m0,m3,m1", "--explain", other, "--json")
        found = json.loads(again)
        assert found["method"] == other
        for mine, theirs in zip(found["because"][first], answer["because"][first], strict=True):
            assert mine["name"] == theirs["name"]
            assert mine["value"] == pytest.approx(theirs["value"], rel=1e-4)


def test_what_is_excluded_is_not_explained(model, capfd):
    _, out, _ = said(capfd, model.path, "m0,m3", "--exclude", "m6", "--explain")
    assert "because of" in out
    assert "m6" not in out


def test_an_empty_history_is_answered_and_nothing_speaks_for_it(model, capfd):
    _, out, _ = said(capfd, model.path, "[]", "--explain")
    assert out.strip().endswith("none of the history speaks for it")


def test_an_input_that_is_no_list_says_what_one_is(model, capfd):
    code, _, err = said(capfd, model.path, '["m0"')
    assert code == 2
    assert "is not an input of recommendation" in err
