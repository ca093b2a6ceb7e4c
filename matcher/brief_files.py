"""Briefs as YAML or JSON files, written by hand or by the program."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from kb.brief import Brief
from kb.errors import BriefError
from kb.yaml_files import UNREADABLE

MAX_BYTES = 300_000
MAX_SHOWN = 60
DEEPEST = 40
Location = tuple[int | str, ...]


def load_brief(path: Path) -> Brief:
    """Read a brief from a YAML or JSON file.

    Raises
    ------
    BriefError
        Naming the file and, where there is one, the line, the field and the value.
    """
    body, node = _parsed(path, _text(path))
    if body is None:
        raise BriefError(f"{path}: the file is empty; a brief needs at least an id and a title")
    if not isinstance(body, dict):
        found = "a list" if isinstance(body, list) else f"only {_shown(body)}"
        raise BriefError(f"{path}: holds {found}; a brief is one mapping of fields such as id, title and needs")
    try:
        return Brief.model_validate(body)
    except ValidationError as error:
        problems = [
            _problem(item["loc"], item["type"], item["msg"], item.get("input"), node) for item in error.errors()
        ]
        raise BriefError(f"{path} is not a brief:\n" + "\n".join(problems)) from error


def save_brief_file(brief: Brief, path: Path) -> None:
    """Write a brief so that `load_brief` gives it back: JSON for ``.json``, else YAML.

    Raises
    ------
    BriefError
        When the file cannot be written.
    """
    if path.suffix.lower() == ".json":
        content = brief.model_dump_json(indent=2, exclude_defaults=True) + "\n"
    else:
        body = brief.model_dump(mode="json", exclude_defaults=True)
        content = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)
        if not _says(content, body):
            content = yaml.safe_dump(body, sort_keys=False)
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BriefError(f"{path}: cannot be written: {error.strerror or error}") from error


def _says(content: str, body: dict[str, Any]) -> bool:
    """Tell whether YAML text gives its content back; line separators inside words need escapes."""
    try:
        return bool(yaml.safe_load(content) == body)
    except yaml.YAMLError:
        return False


def _parsed(path: Path, text: str) -> tuple[Any, yaml.Node | None]:
    """Return the content, and the YAML node that knows its lines; strict JSON may hold what YAML cannot."""
    try:
        node = _composed(text)
        if path.suffix.lower() != ".json":
            if doubled := _doubled(node):
                raise BriefError(f"{path}: {doubled}")
            return yaml.safe_load(text), node
    except UNREADABLE as error:
        if path.suffix.lower() != ".json":
            raise BriefError(f"{path}: {_yaml_problem(error)}") from error
        node = None
    try:
        return (json.loads(text) if text.strip() else None), node
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BriefError(f"{path}: {where}: cannot be read as JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BriefError(f"{path}: {_yaml_problem(error)}") from error


def _composed(text: str) -> yaml.Node | None:
    """Return the root node; refused are deep nesting, and references, of which a few stand for billions of parts."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise yaml.YAMLError(f"line {line}: references (*) are not allowed; write the words out")
        if depth > DEEPEST:
            raise RecursionError
    return yaml.compose(text, yaml.SafeLoader)


def _doubled(node: yaml.Node | None) -> str:
    """Say which field of the brief stands twice; the second would silently win."""
    if not isinstance(node, yaml.MappingNode):
        return ""
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if str(key.value) in lines:
            return f"line {line}: {key.value} stands twice, first on line {lines[str(key.value)]}; keep one"
        lines[str(key.value)] = line
        if isinstance(value, yaml.MappingNode) and (inner := _doubled(value)):
            return inner
    return ""


def _text(path: Path) -> str:
    if path.is_dir():
        raise BriefError(f"{path}: is a folder; give the file of one brief")
    if not path.is_file():
        raise BriefError(f"{path}: there is no such file")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BriefError(f"{path}: is larger than {MAX_BYTES:,} bytes; a brief is a few pages at most")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path}: is not a text file in UTF-8; save it as UTF-8 and try again") from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error


def _yaml_problem(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        return f"{where}cannot be read as YAML or JSON: {error.problem or error.context}"
    if isinstance(error, RecursionError):
        return "is nested too deeply for a brief"
    return f"cannot be read as YAML or JSON: {error}"


def _problem(place: Location, kind: str, message: str, value: object, node: yaml.Node | None) -> str:
    field = ".".join(str(part) for part in place) or "brief"
    line = _line(node, place)
    where = f"line {line}: {field}" if line else field
    if kind == "extra_forbidden":
        near = get_close_matches(str(place[-1]), _known_fields(place[:-1]), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_known_fields(place[:-1]))}"
        return f"{where}: there is no such field; {hint}"
    if kind == "missing":
        return f"{where}: is missing"
    if kind == "string_type" and not isinstance(value, dict | list):
        return f"{where}: must be text; put {_shown(value)} in quotes"
    return f"{where}: {message.removeprefix('Value error, ')} (found {_shown(value)})"


def _shown(value: object) -> str:
    try:
        words = repr(value)
    except RecursionError:
        return "something nested too deeply"
    return words if len(words) <= MAX_SHOWN else f"{words[:MAX_SHOWN]}..."


def _known_fields(place: Location) -> list[str]:
    model: type[BaseModel] = Brief
    for part in place:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = model.model_fields[part].annotation
        candidates = [inner, *get_args(inner)]
        model = next((item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)), model)
    return list(model.model_fields)


def _line(node: yaml.Node | None, place: Location) -> int | None:
    """Return the line of a field, or of the nearest thing around it that stands in the file."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
