from __future__ import annotations

from dashboard_sample import TinyEncoder, briefs, fill

from dashboard.facets import count_facets
from dashboard.state import Desk, Recent
from matcher import Filters, Matcher


def test_the_oldest_answer_is_forgotten_first():
    recent = Recent(2)
    for key in ("a", "b", "a", "c"):
        recent.get(key, lambda key=key: key)
    assert "a" in recent
    assert "c" in recent
    assert "b" not in recent


def test_facets_count_the_living(filled):
    matcher = Matcher(filled, TinyEncoder())
    facets = count_facets(matcher.columns())
    assert facets.organizations == 5
    assert facets.sectors == {"private": 3, "voluntary": 1}
    assert facets.capacities["distribution"] == 3
    assert facets.concerns == {"alcohol": 1, "unhealthy_food": 1}


def test_a_brief_is_prepared_once_and_weighed_often(filled, monkeypatch):
    desk = Desk(Matcher(filled, TinyEncoder()))
    asked = []
    prepare = desk.matcher.prepare
    monkeypatch.setattr(desk.matcher, "prepare", lambda brief: asked.append(brief) or prepare(brief))
    for weight in (0.1, 0.5, 0.9):
        desk.rank(briefs()[0], Filters(), {"complementarity": weight}, 10)
    assert len(asked) == 1


def test_a_change_in_the_knowledge_base_is_seen(kb):
    desk = Desk(Matcher(kb, TinyEncoder()))
    assert desk.facets().organizations == 0
    fill(kb)
    desk.refresh()
    assert desk.facets().organizations == 5
    assert desk.rank(briefs()[0], Filters(), {}, 10).candidates
