"""The dossier as a Word document: what was found, on what evidence, what was decided, and what nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject

from kb.casework.findings import Ground
from kb.casework.vetting_cases import CaseFinding, Decision
from matcher.export.dossier_parts import add_labelled, add_note, add_page_break, add_table, clean, set_up
from matcher.vetting.bulk import BulkResult
from matcher.vetting.diligence import Diligence, Item
from matcher.vetting.dossier import (
    Dossier,
    DossierEntry,
    age_of,
    counted,
    found_words,
    gap_words,
    hit_words,
    label_of,
    load_words,
    possible_words,
)

MOST_IN_FULL = 30
MOST_GROUNDS = 4
MOST_FACTS = 3
MOST_RAISED = 12
DONE = {"done": "Done", "partly": "Partly done", "not_done": "Not done"}
TIME = "%Y-%m-%d %H:%M UTC"


def write_dossier_word(dossier: Dossier, path: Path) -> None:
    """Write a dossier for managers: a cover with the outcome, then one part per organization, gravest first."""
    document = Document()
    set_up(document, dossier.title, dossier.result.who)
    _cover(document, dossier)
    _overview(document, dossier)
    _basis(document, dossier)
    in_full = len(dossier.entries) <= MOST_IN_FULL
    add_page_break(document)
    document.add_heading("Organizations", 1)
    if not in_full:
        document.add_paragraph(load_words().notes["brief_entries"].replace("{most}", str(MOST_IN_FULL)))
    for entry in dossier.entries:
        if in_full or entry.needs_reading:
            _entry(document, entry, dossier.result, in_full=in_full)
    if not in_full:
        _without_flag(document, [entry for entry in dossier.entries if not entry.needs_reading])
    _refused(document, dossier)
    document.save(str(path))


def _cover(document: DocumentObject, dossier: Dossier) -> None:
    result, words = dossier.result, load_words()
    document.add_heading(clean(dossier.title), 0)
    if result.brief:
        add_labelled(document, "For", result.brief)
    add_labelled(document, "Policies", "; ".join(title for _, title in result.policies))
    add_labelled(document, "Prepared", f"{result.made_at:{TIME}}, by {result.who}")
    add_labelled(document, "Names", f"{len(result.rows)} vetted, {len(result.refused)} could not be read")
    document.add_heading("Outcome", 1)
    counts = counted(result)
    add_table(
        document,
        ("Outcome", "Names", "What it means"),
        [(label, str(count), meaning) for label, count, meaning, _ in counts],
        (4.5, 1.8, 10.7),
        "How many names came to each outcome",
        [code for *_, code in counts],
    )
    for warning in result.warnings:
        add_note(document, warning)
    document.add_paragraph(words.notes["not_clear"])
    document.add_heading("Right of reply", 2)
    document.add_paragraph(words.notes["right_of_reply"])


def _overview(document: DocumentObject, dossier: Dossier) -> None:
    words = load_words()
    add_page_break(document)
    document.add_heading("All names", 1)
    rows, fills = [], []
    for row in dossier.result.gravest_first():
        titles = found_words(item.finding for item in row.standing)
        if not row.known:
            titles = "\n".join(part for part in (titles, *possible_words(row)[:2]) if part)
        who = row.organization.name if row.known else words.resolutions[row.resolved.outcome]
        same = f" (as row {row.same_as_row})" if row.same_as_row else ""
        gaps = f"{len(row.not_assessed)} not assessed" if row.not_assessed else ""
        hits = "; ".join(hit_words(row, dossier.result)[:2])
        found = "\n".join(part for part in (titles, hits, gaps) if part)
        rows.append((label_of(row), str(row.row), row.resolved.asked.name, who + same, found))
        fills.append(row.outcome.value)
    titles_of_columns = ("Outcome", "Row", "Name asked", "Organization", "Found")
    add_table(document, titles_of_columns, rows, (2.8, 1.1, 3.9, 3.9, 5.3), "Every name with its outcome", fills)


def _basis(document: DocumentObject, dossier: Dossier) -> None:
    result = dossier.result
    document.add_heading("What it rests on", 1)
    document.add_heading("Policies and their documents", 2)
    for code, title in result.policies:
        document.add_paragraph(clean(f"{title} ({code})"), style="List Bullet")
    document.add_paragraph(clean(f"Documents: {'; '.join(result.documents)}."))
    document.add_heading("Watchlists", 2)
    if result.lists:
        rows = [
            (
                used.title or used.code,
                used.published_on.isoformat() if used.published_on else "unknown",
                used.read_on.isoformat(),
                age_of(used, result.today),
            )
            for used in result.lists
        ]
        fills = ["exclude" if used in result.stale_lists else "" for used in result.lists]
        titles = ("List", "Published", "Obtained", "Age")
        add_table(document, titles, rows, (6.0, 2.4, 2.4, 6.2), "Watchlists with their dates", fills)
    else:
        add_note(document, "None. Nobody was screened against sanctions or debarment lists.")
    if result.head:
        add_labelled(document, "Digest of the trail of decisions", result.head)


def _entry(document: DocumentObject, entry: DossierEntry, result: BulkResult, *, in_full: bool) -> None:
    row, words = entry.row, load_words()
    document.add_heading(clean(entry.name, 200), 2)
    meaning = words.notes["unmatched"] if label_of(row) == words.unmatched else words.meanings[row.outcome]
    add_labelled(document, "Outcome", f"{label_of(row)}. {meaning}")
    asked = row.resolved.asked
    add_labelled(document, "Asked as", f"“{asked.name}”, row {asked.row}: {row.resolved.why}.")
    if row.known:
        organization = row.organization
        parts = (organization.kind, organization.city, organization.country, organization.website)
        facts = ", ".join(part for part in parts if part)
        add_labelled(document, "Identity", f"{organization.id}; {facts or 'nothing more known'}")
    if row.hits:
        add_labelled(document, "On watchlists", "; ".join(hit_words(row, result)))
    for said in possible_words(row):
        document.add_paragraph(clean(said), style="List Bullet")
    _flags(document, entry.met, "Flags")
    _flags(document, row.dismissed, "Dismissed")
    _flags(document, entry.gone, "No longer found")
    _checked(document, entry)
    _said(document, entry)
    _diligence(document, entry.diligence, in_full=in_full)


def _without_flag(document: DocumentObject, entries: Sequence[DossierEntry]) -> None:
    if not entries:
        return
    document.add_heading("Names without a flag", 1)
    document.add_paragraph(load_words().notes["without_flag"])
    rows = [
        (
            f"{entry.name}\n{label_of(entry.row)}",
            "\n".join((f"Row {entry.row.row}: {entry.row.resolved.why}", *possible_words(entry.row)[:2])),
            "; ".join(rule.title or rule.rule for rule in entry.passed) or "nothing",
            "\n".join(gap_words(entry.row.not_assessed)) or "nothing was left out",
            f"{entry.diligence.risk.label} risk, {entry.diligence.tier.label.lower()} diligence",
        )
        for entry in entries
    ]
    titles = ("Name", "Whose name", "Checked, not met", "Not assessed", "Diligence")
    fills = [entry.row.outcome.value for entry in entries]
    add_table(document, titles, rows, (3.2, 3.6, 3.6, 4.6, 2.0), "Names without a flag", fills)


def _flags(document: DocumentObject, found: Sequence[CaseFinding], heading: str) -> None:
    if not found:
        return
    document.add_heading(heading, 3)
    rows = [
        (
            f"{item.finding.severity.value.capitalize()}: {item.finding.title}",
            "\n".join((item.finding.message, *(_quoted(ground) for ground in item.finding.grounds[:MOST_GROUNDS]))),
            _document(item),
            _state(item),
        )
        for item in found
    ]
    fills = [item.finding.severity.value for item in found]
    titles = ("Flag", "Evidence, how it is known, and source", "Rule from", "Where it stands")
    add_table(document, titles, rows, (3.3, 7.7, 3.0, 3.0), f"{heading} with evidence", fills)


def _quoted(ground: Ground) -> str:
    words = f"“{ground.text}”" if ground.verbatim else ground.text
    where = ", ".join(part for part in (ground.source.name, ground.source.row, ground.source.url) if part)
    day = f", {ground.observed_on}" if ground.observed_on else ""
    return f"- {words} [{ground.status.value}; {where}{day}]"


def _document(item: CaseFinding) -> str:
    document = item.finding.document
    return "\n".join(part for part in (document.title, document.section, document.url) if part)


def _state(item: CaseFinding) -> str:
    said = [load_words().states[item.state]]
    said += [item.reopened_because] if item.reopened_because else []
    said += [f"Because {item.gone_because}"] if item.gone_because else []
    said += [_decided(decision) for decision in item.decisions[-2:]]
    return "\n".join(said)


def _decided(decision: Decision) -> str:
    said = f"{decision.ruling.value.capitalize()} by {decision.who}, {decision.at:{TIME}}: {decision.reason}"
    said += f" ({decision.evidence})" if decision.evidence else ""
    if decision.second:
        agreed = "agreed" if decision.second.agreed else "did not agree"
        said += f" Second: {decision.second.who} {agreed}, {decision.second.at:{TIME}}: {decision.second.reason}"
    return said


def _checked(document: DocumentObject, entry: DossierEntry) -> None:
    document.add_heading("Checked and not assessed", 3)
    passed = "; ".join(rule.title or rule.rule for rule in entry.passed)
    add_labelled(document, "Checked against the facts on record, nothing found", passed or "none")
    gaps = entry.row.not_assessed
    if gaps:
        add_labelled(document, "Not assessed", f"{len(gaps)} rules or lists")
        for said in gap_words(gaps):
            document.add_paragraph(clean(said, 1_000), style="List Bullet")
    else:
        add_labelled(document, "Not assessed", "nothing was left out")


def _said(document: DocumentObject, entry: DossierEntry) -> None:
    """Write every decision, and the organization's own words."""
    if entry.decisions:
        document.add_heading("Decisions", 3)
        for decision, title in entry.decisions:
            document.add_paragraph(clean(f"{title}: {_decided(decision)}"), style="List Bullet")
    if entry.row.case.replies:
        document.add_heading("Its reply", 3)
        for reply in entry.row.case.replies:
            head = f"Received {reply.received_on} from {reply.sender or 'a sender not named'}, recorded by {reply.who}"
            add_labelled(document, head, reply.text)


def _diligence(document: DocumentObject, diligence: Diligence, *, in_full: bool) -> None:
    document.add_heading("Due diligence", 3)
    reasons = "; ".join(diligence.risk.reasons)
    add_labelled(document, "Risk", f"{diligence.risk.label} ({reasons})")
    add_labelled(document, "Tier", f"{diligence.tier.label}; signed off by {diligence.tier.sign_off}")
    if in_full:
        rows = [(state.check.label, DONE[state.done], state.why) for state in diligence.checks]
        add_table(document, ("Check", "Done", "What is known"), rows, (7.5, 2.0, 7.5), "Checks that the tier asks for")
    else:
        for code, label in DONE.items():
            checks = [state for state in diligence.checks if state.done == code]
            said = "; ".join(f"{state.check.label} ({state.why})" for state in checks)
            add_labelled(document, label, said or "none")
    counts = f"{len(diligence.items) - diligence.unanswered} of {len(diligence.items)} answered by a person"
    add_labelled(document, "Questions", counts)
    if in_full:
        for part in diligence.parts:
            rows = [_item_row(item, part.section.scale) for item in part.items]
            titles = (part.section.label, "State", "To ask, and what is known")
            add_table(document, titles, rows, (3.2, 2.8, 11.0), part.section.label)
        return
    answered = [item for item in diligence.items if item.settled_by != "nobody"]
    scales = {part.section.code: part.section.scale for part in diligence.parts}
    for item in answered:
        label = f"{item.question.label}: {scales[item.question.section][item.state]}"
        add_labelled(document, label, _settled(item))
    raised = list(dict.fromkeys(asked.text for item in diligence.items for asked in item.raised))
    for text in raised[:MOST_RAISED]:
        document.add_paragraph(clean(text), style="List Bullet")
    if len(raised) > MOST_RAISED:
        document.add_paragraph(f"And {len(raised) - MOST_RAISED} more, in the Excel dossier.")


def _item_row(item: Item, scale: object) -> tuple[str, str, str]:
    state = scale[item.state] if isinstance(scale, dict) else item.state
    settled = _settled(item)
    lines = [item.text, *(asked.text for asked in item.raised)]
    facts = [f"Known: {fact.about}: {_quoted(fact.ground)[2:]}" for fact in item.known[:MOST_FACTS]]
    more = [f"And {len(item.known) - MOST_FACTS} more facts."] if len(item.known) > MOST_FACTS else []
    return item.question.label, "\n".join(part for part in (state, settled) if part), "\n".join((*lines, *facts, *more))


def _settled(item: Item) -> str:
    if item.settled_by == "facts":
        return "Proposed from the facts; a person must confirm it"
    if item.answer is None:
        return ""
    note = f": {item.answer.note}" if item.answer.note else ""
    return f"{item.answer.who}, {item.answer.at:{TIME}}{note}"


def _refused(document: DocumentObject, dossier: Dossier) -> None:
    remarks = dossier.result.rejections
    if not remarks:
        return
    document.add_heading("Rows that could not be read, and remarks", 1)
    rows = [
        (str(item.row), item.field, item.value, f"{item.problem}; {item.suggestion}".rstrip("; "), _kept(item.fatal))
        for item in remarks
    ]
    titles = ("Row", "Column", "Cell", "Problem", "Vetted")
    add_table(document, titles, rows, (1.3, 2.2, 5.5, 6.5, 1.5), "Rows with problems")


def _kept(fatal: bool) -> str:
    return "no" if fatal else "yes"
