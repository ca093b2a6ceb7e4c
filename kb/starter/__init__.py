"""The starter knowledge base: real organizations as readable YAML, facts with their sources.

One record of ``organizations/*.yaml``::

    - id: example
      name: Example
      sector: private
      kind: company
      ...
      sources: {home: {name: Example website, url: "https://example.org"}}
      observed_on: 2026-11-01
      claims:
        capacity:
          - {code: distribution, strength: 0.9, says: "Sells through 3,000 shops.", source: home}

``says`` is the fact in our own words. A claim is *unverified* (general public knowledge, the source is
where to check it) unless its ``status`` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from kb.brief import Brief
from kb.errors import VocabularyError
from kb.organization import Claim, ClaimKind, ClaimStatus, Engagement, Evidence, Organization, Relation, Source
from kb.vocabulary import Vocabulary, load_vocabulary
from kb.yaml_files import UNREADABLE

T = TypeVar("T")
FOLDER = Path(__file__).parent
IDENTITY = {
    "id",
    "name",
    "aliases",
    "sector",
    "kind",
    "industry",
    "country",
    "city",
    "website",
    "mission",
    "description",
}


class StarterError(VocabularyError):
    """A starter file is wrong; the message lists every problem with its file and record."""


def _evidence(body: dict[str, Any]) -> tuple[Evidence, ...]:
    return (Evidence(text=body["says"]),) if body.get("says") else ()


def _claim(kind: str, body: dict[str, Any], sources: dict[str, Source], observed_on: date | None) -> Claim:
    known = {"code", "strength", "says", "source", "status", "confidence", "role", "revenue_share", "observed_on"}
    if extra := set(body) - known:
        raise ValueError(f"{kind}: unknown field {', '.join(sorted(extra))}")
    name = body.get("source", "home")
    if name not in sources:
        raise ValueError(f"{kind} {body.get('code')}: source {name!r} is not among the record's sources")
    status = ClaimStatus(body.get("status", "unverified"))
    return Claim(
        kind=ClaimKind(kind),
        code=body["code"],
        strength=body.get("strength", 0.6),
        status=status,
        confidence=body.get("confidence", 0.8 if status is ClaimStatus.UNVERIFIED else 1.0),
        evidence=_evidence(body),
        source=sources[name],
        observed_on=body.get("observed_on", observed_on),
        role=body.get("role"),
        revenue_share=body.get("revenue_share"),
    )


def _organization(record: dict[str, Any], vocabulary: Vocabulary) -> Organization:
    sources = {key: Source(**body) for key, body in record.get("sources", {}).items()}
    claims = tuple(
        _claim(kind, body, sources, record.get("observed_on"))
        for kind, bodies in record.get("claims", {}).items()
        for body in bodies
    )
    if extra := set(record) - IDENTITY - {"sources", "observed_on", "claims", "registry_ids"}:
        raise ValueError(f"unknown field {', '.join(sorted(extra))}")
    problems = vocabulary.check(claims)
    problems += [f"{claim.kind} {claim.code}: says nothing" for claim in claims if not claim.evidence]
    problems += [
        f"concern {claim.code}: needs a role" for claim in claims if claim.kind is ClaimKind.CONCERN and not claim.role
    ]
    for field, known in (
        ("sector", vocabulary.sectors),
        ("kind", vocabulary.kinds),
        ("industry", vocabulary.industries),
        ("country", vocabulary.places),
    ):
        value = record.get(field)
        if value is not None and value not in known:
            problems.append(vocabulary.unknown(field, str(value), known))
    if problems:
        raise ValueError("; ".join(problems))
    identity = {key: record[key] for key in IDENTITY & set(record)}
    return Organization(
        **identity,
        registry_ids=record.get("registry_ids", ()),
        text_source=sources.get("home"),
        claims=claims,
    )


def _engagement(record: dict[str, Any], vocabulary: Vocabulary) -> Engagement:
    unknown = [code for code in record.get("causes", ()) if code not in vocabulary.causes]
    if unknown:
        raise ValueError("; ".join(vocabulary.unknown("cause", code, vocabulary.causes) for code in unknown))
    return Engagement(**{"status": ClaimStatus.UNVERIFIED, **record})


def _relation(record: dict[str, Any], _vocabulary: Vocabulary) -> Relation:
    body = {"status": ClaimStatus.UNVERIFIED, **record}
    body["evidence"] = _evidence(body)
    body.pop("says", None)
    return Relation(**body)


def _records(paths: Iterable[Path], problems: list[str]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for path in sorted(paths):
        try:
            loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except UNREADABLE as error:
            problems.append(f"{path.name}: cannot be read as YAML: {error}")
            continue
        records = loaded if isinstance(loaded, list) else [loaded]
        if not all(isinstance(record, dict) and all(isinstance(key, str) for key in record) for record in records):
            problems.append(f"{path.name}: every record must be a mapping of fields")
            continue
        found.extend((path.name, record) for record in records)
    return found


def _build(
    paths: Iterable[Path], make: Callable[[dict[str, Any], Vocabulary], T], vocabulary: Vocabulary, problems: list[str]
) -> list[Any]:
    built = []
    for name, record in _records(paths, problems):
        label = record.get("id") or f"{record.get('subject_id')} -> {record.get('object_id')}"
        try:
            built.append(make(record, vocabulary))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            problems.append(
                f"{name}: {label}: {error!r}" if isinstance(error, KeyError) else f"{name}: {label}: {error}"
            )
    return built


def load_starter(
    folder: Path = FOLDER,
) -> tuple[tuple[Organization, ...], tuple[Engagement, ...], tuple[Relation, ...]]:
    """Read and check every starter file.

    Raises
    ------
    StarterError
        With one line per problem, over all files.
    """
    vocabulary = load_vocabulary()
    problems: list[str] = []
    organizations: list[Organization] = _build(
        (folder / "organizations").glob("*.yaml"), _organization, vocabulary, problems
    )
    engagements: list[Engagement] = _build((folder / "engagements").glob("*.yaml"), _engagement, vocabulary, problems)
    relations: list[Relation] = _build((folder / "relations").glob("*.yaml"), _relation, vocabulary, problems)
    ids = [organization.id for organization in organizations]
    problems += [f"{doubled}: id is used twice" for doubled in sorted({item for item in ids if ids.count(item) > 1})]
    named = [(item.id, part.organization_id) for item in engagements for part in item.participations]
    named += [(item.id, side) for item in relations for side in (item.subject_id, item.object_id)]
    problems += [f"{where}: no organization {missing!r}" for where, missing in named if missing not in set(ids)]
    if problems:
        raise StarterError("the starter knowledge base cannot be used:\n" + "\n".join(problems))
    return tuple(organizations), tuple(engagements), tuple(relations)


def load_starter_briefs(folder: Path = FOLDER) -> tuple[Brief, ...]:
    """Read the example briefs.

    Raises
    ------
    StarterError
        With one line per problem, over all files.
    """
    problems: list[str] = []
    briefs: list[Brief] = _build(
        (folder / "briefs").glob("*.yaml"), lambda record, _: Brief(**record), load_vocabulary(), problems
    )
    if problems:
        raise StarterError("an example brief cannot be used:\n" + "\n".join(problems))
    return tuple(briefs)
