from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from kb.brief import Brief, Need, Seeker
from kb.errors import BriefError
from matcher.brief_files import save_brief_file
from matcher.bulk import briefs as briefs_module
from matcher.bulk.briefs import find_partners_for_many, load_briefs, match_many
from matcher.bulk.place import Where, opened
from matcher.errors import BriefProblemError, MatcherError
from matcher.export.plain import ranking_data
from matcher.service import Matcher
from tests.conftest import TinyEncoder


@pytest.fixture
def where(tmp_path: Path, starter_file: Path) -> Where:
    shutil.copy(starter_file, tmp_path / "kb.db")
    return Where(str(tmp_path / "kb.db"), TinyEncoder)


@pytest.fixture
def matcher(where: Where) -> Matcher:
    return opened(where)


def test_many_are_ranked_as_each_alone(matcher: Matcher, where: Where):
    briefs = matcher.kb.briefs()
    together = list(find_partners_for_many(matcher, briefs, count=20))
    opened.cache_clear()
    alone = opened(where)
    assert [ranking_data(ranking) for ranking in together] == [
        ranking_data(alone.find_partners(brief, count=20)) for brief in briefs
    ]


def test_texts_are_encoded_in_one_go(matcher: Matcher):
    matcher.columns()
    calls = []
    encode = matcher.encoder.encode
    matcher.encoder.encode = lambda texts: calls.append(len(texts)) or encode(texts)  # type: ignore[method-assign]
    briefs = matcher.kb.briefs()
    list(find_partners_for_many(matcher, briefs))
    assert len(calls) == 1
    assert calls[0] > len(briefs)


def test_csv_and_json_lines_hold_every_ranking(matcher: Matcher, where: Where, tmp_path: Path):
    briefs = tuple(matcher.kb.briefs())
    match_many(where, briefs, tmp_path / "all.csv", count=3)
    match_many(where, briefs, tmp_path / "all.jsonl", count=3)
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rankings = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["brief"] for row in rows[::3]] == [brief.id for brief in briefs]
    assert [ranking["brief"]["id"] for ranking in rankings] == [brief.id for brief in briefs]
    by_lines = [(item["organization"]["id"], item["rank"]) for ranking in rankings for item in ranking["candidates"]]
    assert [(row["id"], int(row["rank"])) for row in rows] == by_lines
    assert all("Shares the mission" in row["points"] for row in rows)


def test_a_run_goes_on_after_it_was_stopped(matcher: Matcher, where: Where, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(briefs_module, "GROUP", 2)
    briefs = tuple(matcher.kb.briefs())
    match_many(where, briefs, tmp_path / "whole.csv", count=3)
    find = Matcher.find_partners

    def stop(self: Matcher, brief: Brief, **options: object):
        if brief.id == briefs[4].id:
            raise KeyboardInterrupt
        return find(self, brief, **options)

    monkeypatch.setattr(Matcher, "find_partners", stop)
    with pytest.raises(KeyboardInterrupt):
        match_many(where, briefs, tmp_path / "out.csv", count=3)
    monkeypatch.setattr(Matcher, "find_partners", find)
    assert match_many(where, briefs, tmp_path / "out.csv", count=3) == 2
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_problems_of_all_briefs_are_told_before_anything_is_ranked(where: Where, tmp_path: Path):
    nobody = Brief(id="one", title="One", behaviour="Walk.", seeker=Seeker(organization_id="nobody"))
    strange = Brief(id="two", title="Two", behaviour="Walk.", needs=(Need(code="magic"),))
    with pytest.raises(BriefProblemError) as caught:
        match_many(where, (nobody, strange), tmp_path / "out.csv")
    assert any(problem.startswith("one: ") and "nobody" in problem for problem in caught.value.problems)
    assert any(problem.startswith("two: ") and "magic" in problem for problem in caught.value.problems)
    assert not list(tmp_path.glob("out*"))


def test_an_ending_that_cannot_be_written_is_refused(where: Where, tmp_path: Path):
    with pytest.raises(MatcherError, match=r"use \.csv, \.jsonl"):
        match_many(where, (), tmp_path / "out.xlsx")


def test_folders_are_read_whole_or_not_at_all(tmp_path: Path):
    with pytest.raises(BriefError, match="no such folder"):
        load_briefs(tmp_path / "nowhere")
    with pytest.raises(BriefError, match="holds no brief files"):
        load_briefs(tmp_path)
    save_brief_file(Brief(id="one", title="One"), tmp_path / "b.yaml")
    save_brief_file(Brief(id="two", title="Two"), tmp_path / "a.json")
    (tmp_path / "notes.txt").write_text("not a brief")
    assert [brief.id for brief in load_briefs(tmp_path)] == ["two", "one"]
    save_brief_file(Brief(id="one", title="Again"), tmp_path / "c.yaml")
    (tmp_path / "d.yml").write_text("id: [")
    with pytest.raises(BriefError) as caught:
        load_briefs(tmp_path)
    assert "b.yaml" in str(caught.value)
    assert "d.yml" in str(caught.value)
