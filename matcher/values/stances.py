"""The questions on which organizations take sides: read from YAML, checked as a whole, compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.inference.phrases import Phrase, compile_phrase, problems_of
from matcher.values.errors import StanceError

FOLDER = Path(__file__).with_name("stances")
REQUIRED = ("label", "for", "against", "good", "bad", "for_says", "against_says")
PHRASE_LISTS = ("good", "bad", "for_phrases", "against_phrases")
SENTENCE_LISTS = ("for_says", "against_says")
TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Stance:
    """A question with two sides.

    Attributes
    ----------
    code : str
    label : str
        Both sides in words.
    principle_for, principle_against : str
        A code of the values vocabulary, or the code of the question where no principle fits.
    good, bad : tuple of Phrase
        What the `for` side wants, and what it wants less of.
    for_phrases, against_phrases : tuple of Phrase
        Phrases that take a side by themselves.
    for_says, against_says : tuple of str
        Sentences typical of either side.
    turned : bool
        Whether the `against` side, and not the `for` side, is akin to the `for` sides of the other questions.
    """

    code: str
    label: str
    principle_for: str
    principle_against: str
    good: tuple[Phrase, ...]
    bad: tuple[Phrase, ...]
    for_phrases: tuple[Phrase, ...]
    against_phrases: tuple[Phrase, ...]
    for_says: tuple[str, ...]
    against_says: tuple[str, ...]
    turned: bool = False

    def principles(self, signs: Sequence[float]) -> tuple[str, ...]:
        """Return the principles at stake: those of the sides taken, or the question where none fits.

        Parameters
        ----------
        signs : sequence of float
            Positive for the `for` side.
        """
        return tuple(dict.fromkeys(self.principle_for if sign > 0 else self.principle_against for sign in signs))


def _problems(where: str, code: str, body: Any, vocabulary: Vocabulary) -> list[str]:  # noqa: ANN401
    if not isinstance(body, dict) or (missing := [field for field in REQUIRED if not body.get(field)]):
        return [f"{where}: needs {', '.join(REQUIRED if not isinstance(body, dict) else missing)}"]
    found = [f"{where}: unknown field {field}" for field in sorted(set(body) - {*REQUIRED, *PHRASE_LISTS, TURNED})]
    lists = [field for field in (*PHRASE_LISTS, *SENTENCE_LISTS) if field in body]
    found += [f"{where}: {field} must be a list" for field in lists if not isinstance(body[field], list)]
    if not isinstance(body.get(TURNED, False), bool):
        found.append(f"{where}: {TURNED} must be true or false")
    if found:
        return found
    for side in ("for", "against"):
        if body[side] not in vocabulary.values and body[side] != code:
            found.append(f"{where}: {side}: {vocabulary.unknown('value', str(body[side]), vocabulary.values)}")
    for field in PHRASE_LISTS:
        for phrase in body.get(field, ()):
            found += [f"{where}: {field}: {phrase!r} {problem}" for problem in problems_of(str(phrase))]
    return found


def _compiled(body: Mapping[str, Any], field: str) -> tuple[Phrase, ...]:
    return tuple(compile_phrase(str(phrase)) for phrase in body.get(field, ()))


def _stance(code: str, body: Mapping[str, Any]) -> Stance:
    return Stance(
        code=code,
        label=str(body["label"]),
        principle_for=body["for"],
        principle_against=body["against"],
        good=_compiled(body, "good"),
        bad=_compiled(body, "bad"),
        for_phrases=_compiled(body, "for_phrases"),
        against_phrases=_compiled(body, "against_phrases"),
        for_says=tuple(str(sentence) for sentence in body["for_says"]),
        against_says=tuple(str(sentence) for sentence in body["against_says"]),
        turned=body.get(TURNED, False),
    )


@cache
def load_stances(folder: Path = FOLDER) -> tuple[Stance, ...]:
    """Read every file of a folder, in the order of their names.

    Raises
    ------
    StanceError
        With one line per problem, over all files.
    """
    vocabulary = load_vocabulary()
    problems: list[str] = []
    stances: dict[str, Stance] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            problems.append(f"{path.name}: {error}")
            continue
        for code, body in (loaded if isinstance(loaded, dict) else {}).items():
            wrong = _problems(f"{path.name}: {code}", code, body, vocabulary)
            if code in stances:
                wrong.append(f"{path.name}: {code} stands twice")
            problems += wrong
            if not wrong:
                stances[code] = _stance(code, body)
    if not stances and not problems:
        problems.append(f"{folder}: holds no stances")
    if problems:
        raise StanceError("the stances cannot be used:\n" + "\n".join(problems))
    return tuple(stances.values())
