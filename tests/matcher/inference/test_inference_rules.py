"""The pattern files are checked as a whole."""

import shutil

import pytest

from kb.vocabulary import load_vocabulary
from matcher.inference.calibration import calibrated, load_calibration
from matcher.inference.errors import CalibrationError, PatternError
from matcher.inference.lexicon import load_lexicon
from matcher.inference.rules import FOLDER, load_rules


def test_every_capacity_and_concern_has_rules():
    rules = load_rules()
    assert set(rules.capacities) == set(load_vocabulary().capacities)
    assert set(rules.concerns) == set(load_vocabulary().concerns)


def test_all_problems_are_reported_at_once(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "capacities_extra.yaml").write_text(
        "flying:\n  - any: [Wings]\n    weight: 3\nlogistics:\n  - near: [trucks]\n    colour: red\n  - any: [vans]\n"
        "    through: [nobody]\n    speaker: choir\n",
        encoding="utf-8",
    )
    (tmp_path / "industries.yaml").write_text("wizardry: {logistics: much}\n", encoding="utf-8")
    with pytest.raises(PatternError) as caught:
        load_rules(tmp_path)
    message = str(caught.value)
    for part in ("flying", "lower case", "weight", "needs a list", "unknown guard nobody", "speaker", "wizardry"):
        assert part in message


def test_lexicon_names_unknown_codes(tmp_path):
    path = tmp_path / "lexicon.yaml"
    path.write_text("leave_out: {}\nalso: {cause: {levitation: [flying]}}\nunless: {}\n", encoding="utf-8")
    with pytest.raises(PatternError, match="levitation"):
        load_lexicon(path)
    path.write_text("also: {}\n", encoding="utf-8")
    with pytest.raises(PatternError, match="leave_out"):
        load_lexicon(path)


def test_more_evidence_means_more_confidence():
    curve = load_calibration()["capacity"]
    assert 0 < calibrated(0.5, curve) < calibrated(0.9, curve) < 1


def test_broken_calibration_is_named(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(CalibrationError, match=r"calibration\.json"):
        load_calibration(path)
