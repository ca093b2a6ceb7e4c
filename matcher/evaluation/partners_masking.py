"""Organization names taken out of a query's text, so that the answer does not stand in the question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MASK = "—"
WORD = re.compile(r"\w+")
LEGAL_FORM = re.compile(
    r"[\s,]+(?:s\.?r\.?l|s\.?p\.?a|s\.?a\.?s?|s\.?l\.?u?|gmbh|ag|ltd|limited|llc|inc|plc|b\.?v|n\.?v|oyj?|a\.?b|a/?s|asbl|"
    r"aisbl|vzw|e\.?v|kft|d\.?o\.?o|sp\.? z ?o\.?o|s\.?r\.?o)\.?$",
    re.IGNORECASE,
)
SHORT = 5
LONGEST = 8


class NameMask:
    """Names known to the data, found in a text by their words.

    Parameters
    ----------
    names : iterable of str
        Every organization's name; those of one word are left to `apply`'s own names, for many are common words.
    """

    def __init__(self, names: Iterable[str]) -> None:
        keys = (tuple(word.casefold() for word in WORD.findall(name)) for name in names)
        self._names = frozenset(key for key in keys if 2 <= len(key) <= LONGEST and sum(map(len, key)) >= 2 * SHORT)
        self._heads = frozenset(key[:2] for key in self._names)

    def apply(self, text: str, own: Sequence[str]) -> str:
        """Return the text without any known name of several words, nor any of the `own` names.

        Own names are also tried without their legal form; those of one short word must match in case.
        """
        forms = {form.strip() for name in own for form in (name, LEGAL_FORM.sub("", name)) if len(form.strip()) > 1}
        for form in sorted(forms, key=lambda form: (-len(form), form)):
            flags = re.IGNORECASE if len(form) >= SHORT else re.NOFLAG
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, text, flags=flags)
        return self._without_known(text)

    def _without_known(self, text: str) -> str:
        words = list(WORD.finditer(text))
        keys = [word.group().casefold() for word in words]
        pieces, done, i = [], 0, 0
        while i < len(words):
            length = self._longest(keys, i)
            if length:
                pieces += [text[done : words[i].start()], MASK]
                done = words[i + length - 1].end()
            i += length or 1
        return "".join([*pieces, text[done:]])

    def _longest(self, keys: Sequence[str], i: int) -> int:
        if tuple(keys[i : i + 2]) not in self._heads:
            return 0
        return next((n for n in range(min(LONGEST, len(keys) - i), 1, -1) if tuple(keys[i : i + n]) in self._names), 0)
