"""The dossier as a workbook: every name, flag, ground, gap, question, decision and reply as a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kb.casework.findings import Ground
from matcher.export.dossier_parts import FILLS, clean
from matcher.export.excel import CELL, SAFE
from matcher.export.plain import neutral
from matcher.vetting.dossier import (
    Dossier,
    DossierEntry,
    age_of,
    counted,
    found_words,
    hit_words,
    label_of,
    load_words,
    possible_words,
)

TIME = "%Y-%m-%d %H:%M UTC"
WIDEST = 60
NARROWEST = 9
Row = Sequence[str | int | float]


def write_dossier_excel(dossier: Dossier, path: Path) -> None:
    """Write a dossier as a workbook; no text in it can run as a formula or opens an address by itself."""
    with xlsxwriter.Workbook(str(path), {**SAFE, "constant_memory": True}) as workbook:
        workbook.set_properties({"title": clean(dossier.title, 250), "author": clean(dossier.result.who, 250)})
        book = _Book(workbook)
        book.sheet("Summary", ("what", "value"), _summary(dossier))
        book.sheet("Names", NAMES, _names(dossier), fill_by=0)
        book.sheet("Flags", FLAGS, _flags(dossier), fill_by=3)
        book.sheet("Not assessed", ("organization", "id", "policy", "rule", "why"), _gaps(dossier))
        book.sheet("Checked", ("organization", "id", "policy", "rule", "not met"), _passed(dossier))
        book.sheet("Diligence", DILIGENCE, _diligence(dossier))
        book.sheet("Checks", ("organization", "id", "risk", "tier", "check", "done", "what is known"), _checks(dossier))
        book.sheet("Decisions", DECISIONS, _decisions(dossier))
        book.sheet("Replies", ("organization", "id", "received", "from", "recorded by", "reply"), _replies(dossier))
        book.sheet("Watchlists", ("list", "code", "published", "obtained", "age"), _lists(dossier))
        book.sheet("Refused", ("row", "column", "cell", "problem", "suggestion", "vetted"), _refused(dossier))


NAMES = (
    "outcome",
    "row",
    "name asked",
    "matched as",
    "id",
    "resolution",
    "why",
    "flags",
    "on watchlists",
    "not assessed",
    "if it is, or belongs to",
    "risk",
    "tier",
)
FLAGS = (
    "organization",
    "id",
    "policy",
    "severity",
    "flag",
    "message",
    "state",
    "evidence",
    "quoted",
    "known as",
    "source",
    "source row",
    "address",
    "date",
    "about",
    "rule from",
    "section",
    "document's address",
)
DILIGENCE = (
    "organization",
    "id",
    "section",
    "item",
    "state",
    "settled by",
    "question",
    "raised by facts",
    "known",
    "answered by",
    "note",
)
DECISIONS = ("organization", "id", "flag", "ruling", "by", "at", "reason", "evidence", "second person")


class _Book:
    """A workbook whose sheets all look alike."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._head: Format = workbook.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
        self._text: Format = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._fills: dict[str, Format] = {
            code: workbook.add_format({"text_wrap": True, "valign": "top", "bg_color": f"#{fill}"})
            for code, fill in FILLS.items()
        }

    def sheet(self, name: str, titles: Sequence[str], rows: Iterable[Row], fill_by: int | None = None) -> None:
        """Add a sheet; `fill_by` is the column whose value gives the colour of its cell."""
        sheet: Worksheet = self._workbook.add_worksheet(name)
        widths = [max(NARROWEST, len(title) + 2) for title in titles]
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, self._head)
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if not isinstance(value, str):
                    sheet.write_number(count, column, value, self._text)
                    continue
                look = self._fills.get(_code_of(value), self._text) if column == fill_by else self._text
                sheet.write_string(count, column, neutral(clean(value, CELL)), look)
                widths[column] = max(widths[column], min(WIDEST, max(map(len, value.split("\n") or [""])) + 1))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        if count:
            sheet.autofilter(0, 0, count, len(titles) - 1)


def _code_of(value: str) -> str:
    labels = {label: outcome.value for outcome, label in load_words().labels.items()}
    return (labels | {load_words().unmatched: "not_assessed"}).get(value, value)


def _summary(dossier: Dossier) -> Iterator[Row]:
    result, words = dossier.result, load_words()
    yield "title", dossier.title
    yield "brief", result.brief or "none"
    yield "prepared", f"{result.made_at:{TIME}}, by {result.who}"
    yield "policies", "; ".join(f"{title} ({code})" for code, title in result.policies)
    yield "documents", "; ".join(result.documents)
    yield "names vetted", len(result.rows)
    for label, count, *_ in counted(result):
        yield label, count
    for resolution, count in result.by_resolution.items():
        yield words.resolutions[resolution], count
    yield "rows that could not be read", len(result.refused)
    for warning in result.warnings:
        yield "mind", warning
    yield "not assessed", words.notes["not_clear"]
    yield "right of reply", words.notes["right_of_reply"]
    yield "recorded in the trail", "yes" if result.recorded else "no"
    yield "digest of the trail", result.head or "none"


def _names(dossier: Dossier) -> Iterator[Row]:
    words = load_words()
    laid_out = {entry.row.case.organization_id: entry.diligence for entry in dossier.entries}
    for row in dossier.result.gravest_first():
        diligence = laid_out[row.case.organization_id]
        yield (
            label_of(row),
            row.row,
            row.resolved.asked.name,
            row.organization.name if row.known else "",
            row.organization.id if row.known else "",
            words.resolutions[row.resolved.outcome],
            row.resolved.why + (f"; as row {row.same_as_row}" if row.same_as_row else ""),
            found_words(item.finding for item in row.standing),
            "\n".join(hit_words(row, dossier.result)),
            len(row.not_assessed),
            "\n".join(possible_words(row)),
            diligence.risk.label,
            diligence.tier.label,
        )


def _ids(dossier: Dossier) -> Iterator[tuple[DossierEntry, str, str]]:
    for entry in dossier.entries:
        yield entry, entry.name, entry.row.organization.id if entry.row.known else f"row {entry.row.row}"


def _flags(dossier: Dossier) -> Iterator[Row]:
    words = load_words()
    for entry, name, key in _ids(dossier):
        for item in entry.row.case.in_state(*words.states):
            finding = item.finding
            head = (name, key, finding.policy, finding.severity.value, finding.title, finding.message)
            document = finding.document
            for ground in finding.grounds:
                tail = (finding.about, document.title, document.section, document.url)
                yield (*head, words.states[item.state], *_ground(ground), *tail)


def _ground(ground: Ground) -> tuple[str, ...]:
    return (
        ground.text,
        "yes" if ground.verbatim else "no",
        ground.status.value,
        ground.source.name,
        ground.source.row,
        ground.source.url,
        ground.observed_on.isoformat() if ground.observed_on else "",
    )


def _gaps(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        for gap in entry.row.not_assessed:
            yield name, key, gap.policy, gap.rule, gap.what


def _passed(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        for rule in entry.passed:
            yield name, key, rule.policy, rule.rule, rule.title


def _diligence(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        for part in entry.diligence.parts:
            for item in part.items:
                yield (
                    name,
                    key,
                    part.section.label,
                    item.question.label,
                    part.section.scale[item.state],
                    item.settled_by,
                    item.text,
                    "\n".join(asked.text for asked in item.raised),
                    "\n".join(
                        f"{fact.about}: {fact.ground.text} [{fact.ground.status.value}; {fact.ground.source.name}]"
                        for fact in item.known
                    ),
                    f"{item.answer.who}, {item.answer.at:{TIME}}" if item.answer else "",
                    item.answer.note if item.answer else "",
                )


def _checks(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        diligence = entry.diligence
        for state in diligence.checks:
            done = state.done.replace("_", " ")
            yield name, key, diligence.risk.label, diligence.tier.label, state.check.label, done, state.why


def _decisions(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        for item, title in entry.decisions:
            second = item.second
            agreed = "" if second is None else f"{second.who} {'agreed' if second.agreed else 'did not agree'}"
            said = "" if second is None else f"{agreed}, {second.at:{TIME}}: {second.reason}"
            yield name, key, title, item.ruling.value, item.who, f"{item.at:{TIME}}", item.reason, item.evidence, said


def _replies(dossier: Dossier) -> Iterator[Row]:
    for entry, name, key in _ids(dossier):
        for reply in entry.row.case.replies:
            yield name, key, reply.received_on.isoformat(), reply.sender, reply.who, reply.text


def _lists(dossier: Dossier) -> Iterator[Row]:
    for used in dossier.result.lists:
        published = used.published_on.isoformat() if used.published_on else "unknown"
        yield used.title, used.code, published, used.read_on.isoformat(), age_of(used, dossier.result.today)


def _refused(dossier: Dossier) -> Iterator[Row]:
    for item in dossier.result.rejections:
        yield item.row, item.field, item.value, item.problem, item.suggestion, "no" if item.fatal else "yes"
