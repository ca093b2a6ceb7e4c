from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from matcher.cli import app
from matcher.commands.vetting import named_policy
from matcher.errors import MatcherError
from tests.conftest import TinyEncoder

LIST = "Title,Entity,Nationality,Country,From,To,Grounds,Source,IDB Sanction Type,IDB Sanction Source,Other Name\n"
ENTRY = '"Crooked Bridges Ltd",Firm,Kenya,Kenya,"Jul 03, 2024","Ongoing",Fraud,IDB,,,\n'


@pytest.fixture
def run(tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(starter_file, tmp_path / "kb.db")
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    monkeypatch.setenv("DANCECARD_KB", str(tmp_path / "kb.db"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "iadb.csv").write_text(LIST + ENTRY, encoding="utf-8")
    rows = "Supplier name,Country\nPhilip Morris International,US\nUNICEF,\nCrooked Bridges Limited,Kenya\n=1+1,\n"
    (tmp_path / "names.csv").write_text(rows, encoding="utf-8")
    runner = CliRunner()

    def invoke(*arguments: object, code: int = 0, stdin: str | None = None):
        result = runner.invoke(app, [str(item) for item in arguments], input=stdin)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    return invoke


def test_names_are_vetted_and_written(run, tmp_path: Path) -> None:
    targets = [tmp_path / f"dossier.{ending}" for ending in ("docx", "xlsx", "json")]
    outs = [part for target in targets for part in ("--out", target)]
    said = run("vet", tmp_path / "names.csv", "--policy", "fensa", "--lists", tmp_path / "iadb.csv", *outs)
    for words in ("Exclude", "Escalate", "Philip Morris", "Could not be read", "Nothing was recorded"):
        assert words in said
    assert "1 entries (1 new" in said
    assert "row 5: the name is a formula" in said
    assert all(target.stat().st_size > 1_000 for target in targets)
    data = json.loads(targets[2].read_text(encoding="utf-8"))
    assert {item["row"]: item["outcome"] for item in data["organizations"]} == {
        2: "exclude",
        3: "not_assessed",
        4: "escalate",
    }


def test_several_policies_a_pack_of_ones_own_and_a_brief(run, tmp_path: Path) -> None:
    said = run("vet", "-", "--policy", "undp", "--policy", "unicef", "--brief", "bed-nets-tanzania", stdin="Diageo\n")
    assert "Diageo" in said
    own = tmp_path / "own.yaml"
    own.write_text("code: own\ntitle: Own\npublisher: Us\nrules: 3\n", encoding="utf-8")
    assert "own.yaml" in run("vet", "-", "--policy", own, stdin="Diageo\n", code=1)


def test_without_lists_it_says_so_loudly(run) -> None:
    assert "No watchlist was imported" in run("vet", "-", stdin="UNICEF\n")


def test_recording_is_asked_for(run, tmp_path: Path) -> None:
    target = tmp_path / "d.json"
    run("vet", "-", "--policy", "fensa", "--record", "--who", "Ada", "--out", target, stdin="UNICEF\n")
    data = json.loads(target.read_text(encoding="utf-8"))
    assert (data["recorded"], data["who"], len(data["trail_digest"])) == (True, "Ada", 64)


def test_a_row_can_be_chosen(run) -> None:
    assert "Not identified" in run("vet", "-", "--policy", "fensa", stdin="Philip Morris\n")
    said = run("vet", "-", "--policy", "fensa", "--choose", "1=philip-morris-international", stdin="Philip Morris\n")
    assert "Exclude" in said
    assert "write it like 12=unilever" in run("vet", "-", "--choose", "one", stdin="UNICEF\n", code=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv",), "there is no such file"),
        (("-", "--policy", "fenza"), "fenza"),
        (("-", "--out", "d.pdf"), "cannot write .pdf"),
        (("-", "--fail-on", "grave"), "use one of observation"),
        (("-", "--column", "name"), "write it like name=Supplier"),
        (("-", "--lists", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_mistakes_are_explained(run, arguments: tuple[str, ...], words: str) -> None:
    assert words in run("vet", *arguments, stdin="UNICEF\n", code=1)


def test_scripts_can_stop_at_a_severity(run) -> None:
    run("vet", "-", "--policy", "fensa", "--fail-on", "exclude", stdin="Philip Morris International\n", code=3)
    run("vet", "-", "--policy", "fensa", "--fail-on", "exclude", stdin="UNICEF\n", code=0)


def test_watchlists_are_imported_listed_and_removed(run, tmp_path: Path) -> None:
    assert "nobody can be screened" in run("watchlists", "list", code=1)
    assert "added, 1 entries" in run("watchlists", "import", tmp_path / "iadb.csv", "--read-on", "2024-01-01")
    assert "STALE" in run("watchlists", "list")
    assert "cannot say that somebody is not listed" in run("vet", "-", "--policy", "fensa", stdin="UNICEF\n")
    said = run("watchlists", "import", tmp_path / "iadb.csv", "--read-on", "2025-01-01")
    assert "refreshed" in said
    assert "was removed" in run("watchlists", "remove", "iadb", "--reason", "No longer used.")
    assert "iadb" in run("watchlists", "remove", "iadb", "--reason", "Again.", code=1)
    assert "not a watchlist" in run("watchlists", "import", tmp_path / "names.csv", code=1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("fensa", "who_fensa"),
        ("FENSA", "who_fensa"),
        ("undp", "undp"),
        ("unicef", "unicef_national_committee"),
        ("cdc", "cdc_foundation"),
        ("code", "breastmilk_substitutes_code"),
        ("regulator", "public_regulator"),
        ("general", "general"),
        ("own.yaml", "own.yaml"),
        ("unheard", "unheard"),
    ],
)
def test_policies_go_by_short_names(name: str, code: str) -> None:
    assert named_policy(name) == code


def test_a_short_name_of_two_packs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.commands.vetting.known_policies", lambda: ("our_code", "their_code"))
    with pytest.raises(MatcherError, match="several packs"):
        named_policy("code")
