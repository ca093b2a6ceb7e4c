"""The phrase language that the pattern files are written in, and its compilation to bounded regexes.

A phrase is a row of tokens: ``retail_store*|outlet*`` matches any of its alternatives (``*`` stands
for word characters, ``_`` joins the words of one alternative), ``the?`` may be missing, ``~4`` skips
up to four words of the same clause, ``#`` is a number. No phrase can match more than some hundred words, and
nothing in it backtracks over more than `MAX_GAP` words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TOKENS = 10
MAX_GAP = 30
MAX_ALTERNATIVES = 90
MIN_ANCHOR = 2
BETWEEN = r"[\s\-\u2013/'\u2019\"\u201c\u201d]+"
ACROSS = r"[\s\-\u2013/,'\u2019\"\u201c\u201d()&]+"
SKIPPED = r"(?:[\s\-\u2013/,'\u2019\"\u201c\u201d()&]+[^\s\-\u2013/,;.()&]+)"
TOKEN = re.compile(r"^(?:~\d{1,2}|#|[\w*|&'\u2019+.\-]+\??)$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase.

    Attributes
    ----------
    source : str
        As written in the pattern file.
    anchors : tuple of str
        One of these must stand in the lowered text for the phrase to have a chance; a cheap test.
    regex : re.Pattern
        Runs over lowered text.
    """

    source: str
    anchors: tuple[str, ...]
    regex: re.Pattern[str]

    def spans(self, lowered: str) -> Iterator[tuple[int, int]]:
        """Iterate over where the phrase stands in `lowered`, as character offsets."""
        for anchor in self.anchors:
            if anchor in lowered:
                return (match.span() for match in self.regex.finditer(lowered))
        return iter(())


def _alternative(word: str) -> str:
    parts = (re.escape(part).replace(r"\*", r"\w*") for part in word.split("_"))
    return r"[\s\-\u2013]+".join(parts)


def _literal(word: str) -> str:
    """Return the longest stretch of an alternative that must stand in the text as it is."""
    return max(re.split(r"[_*\-]", word), key=len)


def _anchors(token: str) -> tuple[str, ...]:
    """Return the literals of which one must stand in the text; empty when a token guarantees none."""
    if token.startswith("~") or token == "#" or token.endswith("?"):
        return ()
    literals = {_literal(word) for word in token.split("|")}
    return tuple(sorted(literals)) if min(map(len, literals)) >= MIN_ANCHOR else ()


def problems_of(source: str) -> list[str]:
    """Say what is wrong with a phrase; empty when nothing is."""
    tokens = source.split()
    words = [token for token in tokens if not token.startswith("~") and token != "#"]
    found = [f"token {token!r} is not understood" for token in tokens if not TOKEN.match(token)]
    if source != source.lower():
        found.append("must be in lower case")
    if not any(_anchors(word) for word in words):
        found.append("needs a word of two letters or more that must be there")
    if len(tokens) > MAX_TOKENS:
        found.append(f"has more than {MAX_TOKENS} tokens")
    if tokens and (tokens[0].startswith("~") or tokens[-1].startswith("~")):
        found.append("must not begin or end with a gap")
    for token in tokens:
        if token.startswith("~") and token[1:].isdigit() and int(token[1:]) > MAX_GAP:
            found.append(f"gap {token} is wider than {MAX_GAP}")
        if token.count("|") >= MAX_ALTERNATIVES:
            found.append(f"has more than {MAX_ALTERNATIVES} alternatives")
    return found


def compile_phrase(source: str) -> Phrase:
    """Compile a phrase that `problems_of` finds nothing wrong with.

    Raises
    ------
    ValueError
        When the phrase breaks a rule of the language.
    """
    if problems := problems_of(source):
        raise ValueError(f"phrase {source!r}: {'; '.join(problems)}")
    pattern = ""
    anchors = [group for group in map(_anchors, source.split()) if group]
    glue = ""
    for token in source.split():
        if token.startswith("~"):
            glue = f"{SKIPPED}{{0,{int(token[1:])}}}?{ACROSS}"
            continue
        if token == "#":
            body, optional = r"\d[\d,.]*", False
        else:
            optional = token.endswith("?")
            words = token.rstrip("?").split("|")
            body = "(?:" + "|".join(_alternative(word) for word in words) + ")"
        pattern += f"(?:{glue}{body})?" if optional else f"{glue}{body}"
        glue = BETWEEN
    rarest = min(anchors, key=lambda group: (len(group), -min(map(len, group))))
    return Phrase(source, rarest, re.compile(rf"(?<!\w){pattern}(?!\w)"))


def compile_phrases(sources: object, where: str, problems: list[str]) -> tuple[Phrase, ...]:
    """Compile a list of phrases; those that are wrong go into `problems`, with where they stand."""
    if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
        problems.append(f"{where}: must be a list of phrases")
        return ()
    wrong = {source: found for source in sources if (found := problems_of(source))}
    problems.extend(f"{where}: {source!r} {'; '.join(found)}" for source, found in wrong.items())
    return tuple(compile_phrase(source) for source in sources if source not in wrong)
