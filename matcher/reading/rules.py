"""The reading rules: cues, extra words and place names, read from YAML and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kb.vocabulary import Term, Vocabulary
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError
from matcher.inference.phrases import Phrase, compile_phrases
from matcher.reading.phrases import Entry, PhraseIndex, entry
from matcher.reading.places import PlaceRules, place_entries, place_rules

FOLDER = Path(__file__).parent
CUES = (
    *("need", "need_before", "offer", "own", "own_before", "not_need", "not_need_before", "red_line"),
    *("red_line_before", "absence", "breaker", "must", "must_before", "urgent", "nice", "nice_before"),
    *("need_colon", "offer_colon", "own_colon", "red_line_colon"),
)
SIGNS = ("audience", "value", "only", "partner", "industry", "from_there", "seeker_lacks", "own_here", "capability")
GROUPS = ("lendable", "audience", "cause", "value", "concern", "sector")
WORD_FIELDS = {"add", "weak", "verbs", "ignore"}


@dataclass(frozen=True)
class ReadingRules:
    """Everything that reading a brief rests on.

    Attributes
    ----------
    cues : mapping of str to phrases
        Phrases that open, close or color a stretch of a sentence.
    signs : mapping of str to phrases
        Phrases whose presence in a sentence tells how to take it.
    behaviour : tuple of (Phrase, float)
        Signs that a sentence states the behaviour to change, with their points.
    implied : mapping of audience code to cause code
    """

    index: PhraseIndex
    cues: Mapping[str, tuple[Phrase, ...]]
    signs: Mapping[str, tuple[Phrase, ...]]
    behaviour: tuple[tuple[Phrase, float], ...]
    behaviour_threshold: float
    implied: Mapping[str, str]
    jointly: frozenset[str]
    function_words: Mapping[str, frozenset[str]]
    languages: Mapping[str, str]
    places: PlaceRules


def _lists(body: Mapping[str, Any], names: tuple[str, ...], problems: list[str]) -> dict[str, tuple[Phrase, ...]]:
    problems.extend(f"cues.yaml: unknown cue {name}" for name in body if name not in names)
    problems.extend(f"cues.yaml: {name} is missing" for name in names if name not in body)
    return {name: compile_phrases(body.get(name, []), f"cues.yaml: {name}", problems) for name in names}


def _sector_terms(vocabulary: Vocabulary) -> dict[str, Term]:
    return {code: Term(code, label) for code, label in vocabulary.sectors.items()}


def _words(body: dict[str, Any], vocabulary: Vocabulary, problems: list[str]) -> Iterator[Entry]:
    vocabularies: dict[str, Mapping[str, Term]] = {
        "lendable": vocabulary.lendable,
        "audience": vocabulary.audiences,
        "cause": vocabulary.causes,
        "value": vocabulary.values,
        "concern": vocabulary.concerns,
        "sector": _sector_terms(vocabulary),
    }
    problems.extend(f"words.yaml: unknown vocabulary {group}" for group in body if group not in GROUPS)
    for group, terms in vocabularies.items():
        extra = body.get(group) or {}
        problems.extend(f"words.yaml: {group}: {code} is not in the vocabulary" for code in extra if code not in terms)
        for code, term in terms.items():
            more = extra.get(code) or {}
            where = f"words.yaml: {group}: {code}"
            problems.extend(f"{where}: unknown field {name}" for name in sorted(set(more) - WORD_FIELDS))
            listed = [name for name in WORD_FIELDS & set(more) if not isinstance(more[name], list)]
            problems.extend(f"{where}: {name} must be a list" for name in listed)
            lists = {name: [] if name in listed else list(more.get(name, ())) for name in WORD_FIELDS}
            bad = [word for words in lists.values() for word in words if not isinstance(word, str) or not word]
            problems.extend(f"{where}: {word!r} is not a phrase; put it in quotes" for word in bad)
            if not bad:
                yield from _entries(group, term, lists)


def _entries(group: str, term: Term, lists: Mapping[str, list[str]]) -> Iterator[Entry]:
    dropped = {*lists["ignore"], *lists["weak"]}
    own = () if group == "sector" else (term.label, *term.synonyms)
    for phrase in own:
        if phrase.lower() not in {word.lower() for word in dropped}:
            yield entry(group, term.code, phrase, cased=False)
    for grade, words in (("strong", lists["add"]), ("weak", lists["weak"]), ("verb", lists["verbs"])):
        for phrase in words:
            yield entry(group, term.code, phrase, grade)


def load_reading_rules(vocabulary: Vocabulary, folder: Path = FOLDER) -> ReadingRules:
    """Read and check the reading rules for a vocabulary.

    Raises
    ------
    MatcherError
        With one line per problem, over all files.
    """
    return _load(_ByIdentity(vocabulary), folder)


class _ByIdentity:
    """A vocabulary as a cache key: its mappings cannot be hashed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __hash__(self) -> int:
        return id(self.vocabulary)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.vocabulary is self.vocabulary


@cache
def _load(key: _ByIdentity, folder: Path) -> ReadingRules:
    vocabulary, problems = key.vocabulary, list[str]()
    cues, words = read_mapping(folder / "cues.yaml", problems), read_mapping(folder / "words.yaml", problems)
    body, language = read_mapping(folder / "places.yaml", problems), read_mapping(folder / "languages.yaml", problems)
    behaviour: list[tuple[Phrase, float]] = []
    for points, sources in (cues.get("behaviour") or {}).items():
        if not isinstance(points, int | float):
            problems.append(f"cues.yaml: behaviour: {points!r} is not a number of points")
            continue
        behaviour += [(phrase, float(points)) for phrase in compile_phrases(sources, "cues.yaml: behaviour", problems)]
    implied = words.pop("implied", {})
    jointly = words.pop("jointly", [])
    for audience, cause in implied.items():
        if audience not in vocabulary.audiences or cause not in vocabulary.causes:
            problems.append(f"words.yaml: implied: {audience}: {cause} must be an audience and a cause")
    places = place_rules(body, vocabulary, problems)
    entries = [*_words(words, vocabulary, problems), *place_entries(places, vocabulary)]
    rules = ReadingRules(
        index=PhraseIndex(entries),
        cues=_lists(cues.get("cues") or {}, CUES, problems),
        signs=_lists(cues.get("signs") or {}, SIGNS, problems),
        behaviour=tuple(behaviour),
        behaviour_threshold=float(cues.get("behaviour_threshold", 2)),
        implied=implied,
        jointly=frozenset(jointly),
        function_words={code: frozenset(map(str, listed)) for code, listed in (language.get("words") or {}).items()},
        languages={str(code): str(name) for code, name in (language.get("names") or {}).items()},
        places=places,
    )
    if "en" not in rules.function_words:
        problems.append("languages.yaml: words: en is missing")
    if problems:
        raise MatcherError("the reading rules cannot be used:\n" + "\n".join(problems))
    return rules
