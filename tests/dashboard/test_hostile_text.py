"""Text that others write stays text: on every page, and in every file that leaves."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from dashboard_sample import TinyEncoder
from hostile_sample import ATTACK, BRIEF, EVIL, FORMULAS, evil, fill_with_attacks
from pydantic import ValidationError

from dashboard.planning_desk import PlanningDesk, plan_file
from dashboard.shortlist_desk import shortlist_file, shortlist_of
from dashboard.state import Desk
from dashboard.vetting_desk import VettingDesk, dossier_file
from kb.importing.parsed import Rejection
from kb.organization import MAX_TEXT
from matcher import Matcher
from matcher.export import write_ranking
from matcher.export.knowledge import write_knowledge, write_rejects

POLICIES = "general,unicef_national_committee"
CASE = {"case": EVIL, "policies": POLICIES}
VIEWS = (
    ("start", {}),
    ("brief", {"brief": BRIEF}),
    *(("partners", {"brief": BRIEF, "view": view}) for view in ("Cards", "Table", "Breakdown")),
    *(
        ("compare", {"brief": BRIEF, "organization": [EVIL, "evil-0"], "part": part})
        for part in ("Overview", "Needs", "Exchange", "Values", "Flags")
    ),
    ("coalition", {"brief": BRIEF}),
    ("shortlist", {"brief": BRIEF, "partner": EVIL}),
    ("shortlist", {"brief": BRIEF, "list_view": "Table"}),
    ("plan", {"brief": BRIEF, "with": EVIL}),
    *(("vetting", {"vetting_view": view}) for view in ("Queue", "Vet names", "Watchlists", "Safeguards")),
    *(
        ("vetting", {**CASE, "part": part})
        for part in (
            "Findings",
            "Not assessed",
            "Due diligence",
            "Right of reply",
            "Other policies",
            "Trail",
            "Dossier",
        )
    ),
    *(("explore", {"explore": view}) for view in ("Map", "Network", "Capacities", "White space")),
    ("organization", {"q": "soap"}),
    ("organization", {"organization": EVIL}),
    *(("data", {"data": tab}) for tab in ("Import", "Batches", "Duplicates", "Watchlists", "Export", "Backup")),
    ("how_it_works", {}),
)
LETTER_BY_LETTER = {
    "arrow_data_frame",
    "code",
    "echarts_chart",
    "json",
    "multiselect",
    "selectbox",
    "text",
    "text_area",
    "text_input",
    "vega_lite_chart",
}
"""What Streamlit shows as it is; of widgets, that is what is typed or chosen, not the label."""
LABELS = ("label", "help")
NO_WORDS = {"id", "url", "query_string", "page", "form_id", "element_id", "tree_node", "key", "raw_options"}
ALIVE = re.compile(
    r"https?://evil|www\.evil|:red\[r\]|:red-badge\[b\]|:material/skull|(?<!\\)(?:\\\\)*<(?:script|img|iframe)|(?<!\\)(?:\\\\)*\$|"
    r"(?<!\\)(?:\\\\)*!?\[[il](?<!\\)\]|[\u202a-\u202e\u2066-\u2069\x0b\x1b]"
)
FIELDS = re.compile(r"<f[ >]|<w:instrText|<w:fldSimple (?!w:instr=\"\s*(?:NUM)?PAGE)|<w:altChunk|DDEAUTO")
TRIGGERS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def attacked(kb):
    fill_with_attacks(kb)
    return kb


def texts(message: object, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a message to the browser, with the path of its field."""
    for field, value in message.ListFields():
        if field.name in NO_WORDS:
            continue
        path = f"{within}.{field.name}"
        many = value if field.is_repeated else [value]
        for one in many:
            if isinstance(one, str):
                yield path, one
            elif hasattr(one, "ListFields"):
                yield from texts(one, path)


def marked_up(app) -> Iterator[tuple[str, str]]:
    """Yield every text of a page that Streamlit reads as Markdown."""
    waiting = [app._tree]
    while waiting:
        node = waiting.pop()
        waiting.extend(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is None or not hasattr(proto, "ListFields"):
            continue
        kind = getattr(node, "type", "")
        for path, text in texts(proto, kind):
            if kind not in LETTER_BY_LETTER or path.endswith(LABELS):
                yield path, text


@pytest.mark.parametrize(
    ("page", "query"), VIEWS, ids=lambda item: "-".join(map(str, item.values())) if isinstance(item, dict) else item
)
def test_no_text_of_others_is_read_as_markup(attacked, show, page, query):
    app = show(page, **query)
    assert not app.exception
    assert not app.error or page in ("data", "vetting")
    assert [(path, text[:300]) for path, text in marked_up(app) if ALIVE.search(text)] == []


def test_the_check_sees_markup_in_labels_and_options(attacked, show):
    app = show("data", data="Duplicates")
    app.radio[0].proto.options[0] = ATTACK
    app.button[0].proto.label = ATTACK
    assert {path for path, text in marked_up(app) if ALIVE.search(text)} == {"radio.options", "button.label"}


def test_a_text_of_a_hundred_thousand_characters_is_refused_with_the_limit():
    with pytest.raises(ValidationError, match=str(MAX_TEXT)):
        evil("long", "=1", 100_000).model_copy().model_validate({"id": "x", "name": "X", "mission": "x" * 100_000})


def test_an_import_with_a_hundred_thousand_characters_shows_a_rejected_row(attacked, show):
    app = show("data", data="Import")
    rows = f'name,mission\nLong,{"x" * 100_000}\n"{FORMULAS[0].replace(chr(34), chr(34) * 2)} new",fine\n'
    app = app.file_uploader[0].set_value(("![x](https://evil.example/n.png).csv", rows.encode(), "")).run()
    assert not app.exception
    assert [(path, text[:300]) for path, text in marked_up(app) if ALIVE.search(text)] == []


def files(kb, folder: Path) -> dict[str, bytes]:
    """Return every kind of file that leaves the program."""
    matcher = Matcher(kb, TinyEncoder())
    desk = Desk(matcher)
    brief = next(item for item in kb.briefs() if item.id == BRIEF)
    ranking = matcher.find_partners(brief, count=20)
    vetting, planning = VettingDesk(kb), PlanningDesk(desk)
    dossier = vetting.dossier(vetting.as_it_stands(EVIL, POLICIES.split(","), brief), f"{FORMULAS[0]} {ATTACK}")
    plan = planning.work(brief, (EVIL,), {}).plan
    found = {"shortlist.xlsx": shortlist_file(brief, shortlist_of(desk, vetting, BRIEF, date.today()))}
    for ending in (".csv", ".xlsx", ".json", ".docx"):
        write_ranking(ranking, folder / f"ranking{ending}")
    for ending in (".csv", ".xlsx", ".jsonl"):
        write_knowledge(kb, folder / f"knowledge{ending}")
    rejected = Rejection(2, ATTACK, FORMULAS[1], FORMULAS[0], FORMULAS[3])
    write_rejects(None, [rejected], folder / "rejects.csv")
    found |= {path.name: path.read_bytes() for path in folder.iterdir()}
    found |= {f"dossier{ending}": dossier_file(dossier, ending) for ending in (".docx", ".xlsx", ".json")}
    return found | {f"plan{ending}": plan_file(plan, ending) for ending in (".docx", ".json")}


def is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[\d.,]+", text))


def test_no_file_that_leaves_holds_a_formula_or_leads_outside(attacked, tmp_path):
    (tmp_path / "out").mkdir()
    found = files(attacked, tmp_path / "out")
    assert len(found) == 14
    for name, content in found.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
            assert [cell for cell in cells if cell.startswith(TRIGGERS) and not is_number(cell)] == [], name
            assert any("HYPERLINK" in cell for cell in cells), name
        elif name.endswith((".xlsx", ".docx")):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                said = {part: parts.read(part).decode("utf-8", "replace") for part in parts.namelist()}
            whole = "".join(said.values())
            assert not [part for part, text in said.items() if part.endswith(".rels") and "External" in text], name
            assert not [part for part in said if "externalLink" in part or "vba" in part.lower()], name
            assert not FIELDS.search(whole), name
            assert "evil.example" in whole, name
        else:
            lines = content.decode().splitlines() if name.endswith(".jsonl") else [content.decode()]
            assert all(isinstance(json.loads(line), dict) for line in lines), name
