"""YAML that knows its lines: what is wrong in a file is told with the line it stands in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from pathlib import Path

import yaml

LARGEST_FILE = 500_000
DEEPEST = 40


class LineReader:
    """Reads one YAML file node by node and collects what is wrong with it.

    Parameters
    ----------
    path : Path
    problems : list of str
        Filled with ``file:line: reason``.
    """

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = problems

    def complain(self, node: yaml.Node | None, reason: str) -> None:
        """Note a problem at a node's line."""
        line = node.start_mark.line + 1 if node is not None else 1
        self.problems.append(f"{self.path.name}:{line}: {reason}")

    def root(self) -> yaml.MappingNode | None:
        """Return the file's mapping; None, with a problem, when there is none."""
        try:
            content = self._content()
            if len(content) > LARGEST_FILE:
                self.complain(None, f"larger than {LARGEST_FILE:,} bytes: no policy pack")
                return None
            text = content.decode("utf-8-sig")
            if not self._is_plain(text):
                return None
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except UnicodeDecodeError:
            self.complain(None, "not UTF-8 text; save it as UTF-8")
        except OSError as error:
            self.complain(None, f"cannot be read: {error.strerror or error}")
        except ValueError as error:
            self.complain(None, f"cannot be read: {error}")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(f"{self.path.name}:{line}: not YAML: {error.problem}")
        except yaml.YAMLError as error:
            self.complain(None, f"not YAML: {str(error).splitlines()[0]}")
        else:
            if isinstance(node, yaml.MappingNode):
                return node
            self.complain(node, "must be a mapping of fields to values")
        return None

    def _content(self) -> bytes:
        """Return the file's bytes, one more than are allowed at most; a pipe or device is never opened."""
        if self.path.exists() and not self.path.is_file():
            raise OSError("this is not an ordinary file")
        with self.path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)

    def _is_plain(self, text: str) -> bool:
        """Refuse references, which can blow a small file up, tags, and nesting that no reader follows."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                return self._refuse(event, "references (*) are not allowed")
            if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
                return self._refuse(event, f"tags (!) are not allowed: {str(event.tag)[:80]}")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return self._refuse(event, "nested too deep")
        return True

    def _refuse(self, event: yaml.Event, reason: str) -> bool:
        line = event.start_mark.line + 1 if event.start_mark else 1
        self.problems.append(f"{self.path.name}:{line}: {reason}")
        return False

    def fields(
        self, node: yaml.Node, what: str, known: Collection[str], needed: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return a mapping's values by field; unknown, doubled and missing fields are problems."""
        values = self.entries(node, what)
        for key, value in list(values.items()):
            if key not in known:
                self.complain(value, f"{what}: {self.unknown('field', key, known)}")
                del values[key]
        for key in needed:
            if key not in values:
                self.complain(node, f"{what}: needs the field {key}")
        return values

    def entries(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """Return a mapping's values by key, whatever the keys are."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what}: must be a mapping of fields to values")
            return {}
        values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                self.complain(key, f"{what}: a field's name must be a word")
            elif name in values:
                self.complain(key, f"{what}: the field {name} stands twice")
            else:
                values[name] = value
        return values

    @staticmethod
    def unknown(what: str, word: str, known: Collection[str]) -> str:
        """Word something unknown, with the nearest known words."""
        near = get_close_matches(word, sorted(known), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(known)[:20])}"
        return f"unknown {what} {word[:80]!r}; {hint}"

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """Return a list's items; anything else is a problem."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.complain(node, f"{what}: must be a list")
        return []

    def text(self, node: yaml.Node, what: str, longest: int = 500) -> str:
        """Return a scalar as text; empty, with a problem, when it is none, or too long."""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or node.tag.endswith(":null"):
            self.complain(node, f"{what}: must be text")
            return ""
        if len(node.value) > longest:
            self.complain(node, f"{what}: longer than {longest} characters")
            return ""
        return str(node.value).strip()

    def number(self, node: yaml.Node, what: str, low: float, high: float) -> float | None:
        """Return a number within bounds; None, with a problem, when it is none."""
        kind = node.tag.rsplit(":", 1)[-1]
        try:
            value = float(node.value) if isinstance(node, yaml.ScalarNode) and kind in ("int", "float") else None
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            self.complain(node, f"{what}: must be a number from {low:g} to {high:g}")
            return None
        return value

    def truth(self, node: yaml.Node, what: str) -> bool | None:
        """Return true or false; None, with a problem, when it is neither."""
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":bool"):
            return bool(node.value.lower() in ("true", "yes", "on"))
        self.complain(node, f"{what}: must be true or false")
        return None

    def word(self, node: yaml.Node, what: str, known: Collection[str]) -> str:
        """Return one of the known words; empty, with a problem, when it is none."""
        value = self.text(node, what)
        if value and value not in known:
            self.complain(node, f"{what}: {self.unknown('value', value, known)}")
            return ""
        return value

    def words(self, node: yaml.Node, what: str, known: Collection[str]) -> tuple[str, ...]:
        """Return the known words of a list; an empty list is a problem."""
        items = self.items(node, what)
        if isinstance(node, yaml.SequenceNode) and not items:
            self.complain(node, f"{what}: is empty")
        return tuple(word for item in items if (word := self.word(item, what, known)))
