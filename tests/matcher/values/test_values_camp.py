import numpy as np
import pytest

from matcher.encoder import SentenceTransformerEncoder
from matcher.values.camp import CampReader
from matcher.values.cues import load_cues
from matcher.values.meaning import MeaningReader
from matcher.values.polarity import leanings
from matcher.values.reading import read_stances
from matcher.values.stances import load_stances

CARING = ("We protect children from harm.", "Care should be free for the poor.", "We share what we know with all.")
TRADING = ("We sell at the highest price.", "Owners expect a higher return.", "We keep our patents to ourselves.")


def words(texts):
    return [leanings(text, load_cues()) for text in texts]


@pytest.fixture(scope="module")
def encoder():
    return SentenceTransformerEncoder()


@pytest.fixture(scope="module")
def reader(encoder):
    said = (*CARING, *TRADING)
    camps = np.array([1.0] * len(CARING) + [-1.0] * len(TRADING), np.float32)
    return CampReader(encoder.encode(said), words(said), camps)


@pytest.mark.parametrize(
    ("text", "caring"),
    [("We protect poor children.", True), ("A higher return and a higher price.", False)],
)
def test_the_camp_is_that_of_like_statements(reader, encoder, text, caring):
    parts = reader.parts(encoder.encode([text]), words([text]))
    assert parts.shape == (1, len(CARING) + len(TRADING))
    assert (parts.sum() > 0) == caring


def test_a_matter_that_no_question_covers_still_shows_its_camp(encoder):
    cues = load_cues()
    known = [stance for stance in load_stances() if stance.code not in ("dams", "water_rights", "privatization")]
    reader = MeaningReader(encoder, known, cues)
    texts = (
        "Old ferries should stay free for islanders and be run by the islands themselves.",
        "Ferries should be sold to investors who charge what the market will bear.",
    )
    one, other = reader.read([read_stances(text, known, cues) for text in texts])
    assert one.camp.sum() > 0 > other.camp.sum()


def test_shares_sum_to_one_and_nothing_is_read_from_nothing(encoder):
    cues, known = load_cues(), load_stances()
    reader = MeaningReader(encoder, known, cues)
    assert reader.read([]) == []
    (found,) = reader.read([read_stances("We ban plastic.", known, cues)])
    assert found.shares.shape == (len(known), 2)
    assert found.shares.sum() == pytest.approx(1, abs=1e-4)
