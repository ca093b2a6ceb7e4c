import json

import pytest

from matcher.errors import TooLittleDataError
from matcher.values.comparison import ValueComparer
from matcher.values.errors import ValueModelError
from matcher.values.learning import learn, save
from matcher.values.model import FILE, WITH_MEANING, WORDS_ONLY, load_models
from matcher.values.statements import LabelledTexts

PAIRS = [
    LabelledTexts("1", "We ban tobacco.", "We fight tobacco.", "aligned"),
    LabelledTexts("2", "We ban tobacco.", "We promote tobacco.", "conflict"),
    LabelledTexts("3", "We ban tobacco.", "We repair clocks.", "unrelated"),
    LabelledTexts("4", "We sell guns.", "We make guns.", "aligned"),
    LabelledTexts("5", "We sell guns.", "We oppose guns.", "conflict"),
    LabelledTexts("6", "We sell guns.", "We tune pianos.", "unrelated"),
]


def test_what_is_learnt_is_written_and_read_back(tmp_path, encoder):
    words, meaning = learn(PAIRS), learn(PAIRS, encoder)
    path = tmp_path / "weights.json"
    save(path, words, meaning)
    models = load_models(path)
    assert models[WORDS_ONLY].features == words.features
    assert models[WITH_MEANING].encoder == encoder.key
    found = ValueComparer(encoder, model=models[WITH_MEANING]).compare([(PAIRS[1].text_a, PAIRS[1].text_b)])
    assert found[0].label == "conflict"


def test_every_label_is_needed():
    with pytest.raises(TooLittleDataError, match="unrelated"):
        learn([pair for pair in PAIRS if pair.label != "unrelated"])


@pytest.mark.parametrize("change", ["missing", "short", "nan", "not json"])
def test_a_damaged_file_of_weights_is_an_error(tmp_path, change):
    body = json.loads(FILE.read_text(encoding="utf-8"))
    if change == "missing":
        del body[WORDS_ONLY]["intercepts"]
    elif change == "short":
        body[WORDS_ONLY]["means"].pop()
    elif change == "nan":
        body[WORDS_ONLY]["means"][0] = float("nan")
    path = tmp_path / "weights.json"
    path.write_text("{" if change == "not json" else json.dumps(body), encoding="utf-8")
    with pytest.raises(ValueModelError, match=r"weights\.json"):
        load_models(path)
