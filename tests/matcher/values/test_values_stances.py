import pytest

from matcher.values.cues import load_cues
from matcher.values.errors import StanceError
from matcher.values.reading import read_stances
from matcher.values.stances import load_stances

GOOD = """
{code}:
  label: One or the other
  for: {side}
  against: {code}
  good: [{good}]
  bad: [plastic]
  for_says: ["Ban plastic."]
  against_says: ["Keep plastic."]
"""


def side(text, code):
    found = read_stances(text, load_stances(), load_cues()).sides.get(code)
    return found.sign if found else 0.0


def test_the_stances_of_the_program_are_sound():
    stances = load_stances()
    assert len(stances) >= 40
    assert len({stance.code for stance in stances}) == len(stances)


def test_all_problems_of_all_files_are_reported_at_once(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD.format(code="one", side="nowhere", good="refills"))
    (tmp_path / "b.yaml").write_text(GOOD.format(code="two", side="faith", good="Upper"))
    (tmp_path / "c.yaml").write_text("three: {label: only}\n")
    with pytest.raises(StanceError) as caught:
        load_stances(tmp_path)
    assert all(code in str(caught.value) for code in ("a.yaml: one", "b.yaml: two", "c.yaml: three"))


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(StanceError, match="holds no stances"):
        load_stances(tmp_path)


@pytest.mark.parametrize(
    ("text", "code", "positive"),
    [
        ("We make and sell cigarettes.", "tobacco", False),
        ("We campaign for smoke-free parks.", "tobacco", True),
        ("We promote breastfeeding in every clinic.", "breastfeeding", True),
        ("We market infant formula.", "breastfeeding", False),
        ("We defend the right of citizens to carry firearms.", "guns", False),
        ("Guns should be banned.", "guns", True),
        ("We oppose gun control.", "guns", False),
        ("Single-use plastic must be phased out.", "plastics", True),
        ("Drilling for oil must continue.", "fossil_fuels", False),
    ],
)
def test_sides_are_read_from_words(text, code, positive):
    found = side(text, code)
    assert found != 0
    assert (found > 0) == positive
