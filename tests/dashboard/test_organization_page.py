from __future__ import annotations

from dashboard_sample import HOSTILE, words

from kb.organization import ClaimKind, ClaimStatus


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


def test_search_finds_by_words_and_says_how(filled, show):
    app = show("organization", q="radio")
    assert "found, best first" in words(app)
    assert "by words and meaning" in words(app)


def test_a_search_without_a_hit_says_so(kb, show):
    assert "The knowledge base is empty" in words(show("organization", q="radio"))


def test_a_link_opens_the_profile(filled, show):
    app = show("organization", organization="soap")
    assert app.title[0].value == "Soap Works"
    assert "It has distribution." in words(app)
    assert "unverified" in words(app)


def test_an_unknown_organization_is_explained(filled, show):
    app = show("organization", organization="nobody")
    assert not app.exception
    assert "There is no such organization" in app.error[0].value


def test_a_claim_is_confirmed_and_taken_back(filled, show):
    app = show("organization", organization="radio")
    click(app, "Confirm")
    status = {claim.code: claim.status for claim in filled.get("radio").claims_of(ClaimKind.CAPACITY)}
    assert ClaimStatus.CONFIRMED in status.values()
    click(app, "Undo")
    assert {claim.status for claim in filled.get("radio").claims} == {ClaimStatus.UNVERIFIED}


def test_a_rejected_claim_stays_visible_as_rejected(filled, show):
    app = show("organization", organization="brewer")
    click(app, "Reject")
    assert "red-badge[rejected]" in words(app)


def test_engagements_relations_and_history_open(filled, show):
    app = show("organization", organization="soap")
    for tab, said in (("Engagements", None), ("Relations", "Funds"), ("History", None)):
        app.session_state["profile_tabs"] = tab
        app.run()
        assert not app.exception
        assert said is None or said in words(app)
        assert said is not None or len(app.dataframe) == 1


def test_nothing_known_is_not_shown_as_an_error(filled, show):
    app = show("organization", organization="unknown")
    assert not app.exception
    assert "Unknown is not zero" in words(app)


def test_hostile_text_never_reaches_markdown_as_it_is(filled, show):
    app = show("organization", organization="evil")
    assert app.title[0].value != HOSTILE
    said = "\n".join(str(item.value) for kind in ("title", "markdown", "caption") for item in getattr(app, kind))
    assert "](https://evil" not in said
    assert "javascript:" not in said
