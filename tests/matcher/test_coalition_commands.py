"""The commands `dancecard exchange` and `dancecard coalition`, and the exchange of real pairs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from matcher.cli import app
from matcher.errors import MatcherError
from matcher.partnering import Partnering
from matcher.service import Matcher

RUN = CliRunner()


@pytest.fixture(scope="module")
def kb_file(starter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return shutil.copy(starter_file, tmp_path_factory.mktemp("commands") / "kb.db").as_posix()


def run(*words: str) -> str:
    result = RUN.invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_exchange_shows_both_sides_power_and_terms(kb_file: str) -> None:
    said = run("exchange", "bed-nets-tanzania", "--with", "unilever", "--kb", kb_file)
    assert "Unilever gives Ministry of Health Tanzania" in said
    assert "Ministry of Health Tanzania gives Unilever" in said
    assert "mutual dependence" in said
    assert "cannot endorse" in said
    assert "Why are we in this together?" in said


def test_exchange_with_one_across_a_red_line_says_so_first(kb_file: str) -> None:
    said = run("exchange", "sugary-drinks-mexico", "--with", "femsa", "--kb", kb_file)
    apart = said.index("Set apart by the terms of the brief: Your red line: Unhealthy food and drink")
    assert apart < said.index("FEMSA gives")


def test_exchange_as_json_has_empty_slots_for_accountability(kb_file: str) -> None:
    data = json.loads(run("exchange", "bed-nets-tanzania", "--with", "unilever", "--kb", kb_file, "--json"))
    line = data["ledger"]["second_gives"][0]
    assert line["agreement"] == {"objective": "", "measure": "", "due": None, "accountable": ""}
    assert line["had"][0]["source"]


def test_coalition_shows_members_seats_and_common_ground(kb_file: str) -> None:
    said = run("coalition", "hpv-vaccination-nigeria", "--kb", kb_file, "--size", "2-4")
    assert "Weakest link" in said
    assert "Seats at the table" in said
    assert "Common ground" in said


def test_coalition_as_json_keeps_what_was_asked(kb_file: str) -> None:
    said = run(
        *("coalition", "hpv-vaccination-nigeria", "--kb", kb_file, "--size", "3", "--count", "1"),
        *("--sectors", "private,voluntary", "--with", "sfh-nigeria", "--json"),
    )
    (best,) = json.loads(said)["coalitions"]["alternatives"]
    organizations = [member["organization"] for member in best["members"]]
    assert len(organizations) == 3
    assert "sfh-nigeria" in {item["id"] for item in organizations}
    assert {"private", "voluntary"} <= {item["sector"] for item in organizations}


@pytest.mark.parametrize(
    "words",
    [
        ("coalition", "bed-nets-tanzania", "--size", "many"),
        ("coalition", "bed-nets-tanzania", "--size", "1-2"),
        ("exchange", "bed-nets-tanzania", "--with", "nobody-at-all"),
        ("exchange", "bed-nets-tanzania", "--with", "moh-tanzania"),
    ],
)
def test_what_cannot_be_answered_is_said_without_a_traceback(kb_file: str, words: tuple[str, ...]) -> None:
    result = RUN.invoke(app, [*words, "--kb", kb_file])
    assert result.exit_code == 1
    assert "error:" in result.stderr


def test_a_seeker_has_no_exchange_with_itself(starter_matcher: Matcher) -> None:
    with pytest.raises(MatcherError, match="is the seeker of this brief"):
        Partnering(starter_matcher).ledger(starter_matcher.kb.brief("bed-nets-tanzania"), "moh-tanzania")


def test_alternatives_are_counted_where_the_programme_is(starter_matcher: Matcher) -> None:
    power = Partnering(starter_matcher).power(starter_matcher.kb.brief("bed-nets-tanzania"), "airtel-africa")
    media = next(item for item in power.first_on_second if item.line.code == "media_channels")
    assert media.alternatives.count >= 3
    assert "in Tanzania" in media.text
    assert "Airtel Africa" not in media.alternatives.names
