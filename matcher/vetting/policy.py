"""Policy packs: rules with their documents, as YAML that an organization can extend or write anew."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kb.casework.findings import Document, Severity
from kb.vocabulary import load_vocabulary
from matcher.vetting.condition_reading import ConditionReader
from matcher.vetting.conditions import Condition, rests_on_facts, uses_threshold, with_threshold
from matcher.vetting.errors import PolicyError
from matcher.vetting.yaml_lines import LineReader

FOLDER = Path(__file__).with_name("policies")
PACK_FIELDS = (
    "code",
    "title",
    "publisher",
    "version",
    "about",
    "documents",
    "extends",
    "disable",
    "when_inferred",
    "rules",
)
RULE_FIELDS = ("id", "title", "severity", "condition", "threshold", "message", "document", "section", "when_inferred")
NEEDED = ("id", "title", "severity", "condition", "message", "document")
PLACEHOLDERS = ("organization", "concern", "related", "tie", "threshold")
SEVERITIES = tuple(severity.value for severity in Severity)
LONGEST_TITLE = 300
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass(frozen=True)
class Rule:
    """One rule of a pack.

    Attributes
    ----------
    condition : Condition
        With the threshold put in.
    threshold : float or None
        What the condition calls ``threshold``, e.g. a share of revenue in 0..1.
    message : str
        May name {organization}, {concern}, {related}, {tie} (a verb between the two) and {threshold}.
    when_inferred : Severity
        What an exclusion becomes that rests on inferred claims alone.
    """

    id: str
    title: str
    severity: Severity
    condition: Condition
    message: str
    document: Document
    threshold: float | None = None
    when_inferred: Severity = Severity.ESCALATE


@dataclass(frozen=True)
class Policy:
    """A policy pack, with the rules of those that it extends."""

    code: str
    title: str
    publisher: str
    version: str
    about: str
    documents: Mapping[str, Document]
    rules: tuple[Rule, ...]
    extends: tuple[str, ...] = ()


def known_policies() -> tuple[str, ...]:
    """Return the codes of the packs that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def _bundled(code: str) -> Policy:
    return _load(FOLDER / f"{code}.yaml", ())


def load_policy(code_or_path: str | Path) -> Policy:
    """Read a policy pack that comes with the product, by its code, or one's own, by its path.

    Raises
    ------
    PolicyError
        With one line per problem: file, line, reason.
    """
    if str(code_or_path) in known_policies():
        return _bundled(str(code_or_path))
    path = Path(code_or_path)
    if path.suffix.lower() in (".yaml", ".yml"):
        return _load(path, ())
    raise PolicyError(
        [f"{LineReader.unknown('policy pack', str(code_or_path), known_policies())}; or give a .yaml file"]
    )


def load_policies(codes_or_paths: Sequence[str | Path]) -> tuple[Policy, ...]:
    """Read several packs, which are then judged side by side.

    Raises
    ------
    PolicyError
        With the problems of all of them, or when two have the same code.
    """
    found: list[Policy] = []
    problems: list[str] = []
    for item in dict.fromkeys(codes_or_paths):
        try:
            policy = load_policy(item)
        except PolicyError as error:
            problems += error.problems
            continue
        if policy.code in {known.code for known in found}:
            problems.append(f"{item}: another pack has the code {policy.code!r} already; change one of them")
        found.append(policy)
    if problems:
        raise PolicyError(problems)
    return tuple(found)


def _load(path: Path, trail: tuple[Path, ...]) -> Policy:
    problems: list[str] = []
    reader = LineReader(path, problems)
    root = reader.root()
    policy = _PackReader(reader, (*trail, path.resolve())).read(root) if root is not None else None
    if problems or policy is None:
        raise PolicyError(list(dict.fromkeys(problems)))
    return policy


class _PackReader:
    """Reads one pack, after those that it extends."""

    def __init__(self, reader: LineReader, trail: tuple[Path, ...]) -> None:
        self._reader = reader
        self._trail = trail
        self._conditions = ConditionReader(reader, load_vocabulary())

    def read(self, root: yaml.MappingNode) -> Policy | None:
        reader = self._reader
        fields = reader.fields(root, "pack", PACK_FIELDS, needed=("code", "title", "publisher"))
        texts = {
            name: reader.text(fields[name], name, 2_000 if name == "about" else LONGEST_TITLE) if name in fields else ""
            for name in ("code", "title", "publisher", "version", "about")
        }
        self._check_code(fields.get("code"), texts["code"])
        bases = self._bases(fields.get("extends"))
        documents = {key: document for base in bases for key, document in base.documents.items()}
        documents |= self._documents(fields.get("documents"))
        inherited = {rule.id: rule for base in bases for rule in base.rules}
        if "disable" in fields:
            for code in reader.words(fields["disable"], "disable", inherited):
                inherited.pop(code, None)
        softened = self._severity(fields, "when_inferred")
        if softened is not None:
            inherited = {code: replace(rule, when_inferred=softened) for code, rule in inherited.items()}
        rules = self._rules(fields.get("rules"), inherited, documents, softened or Severity.ESCALATE)
        if not rules and not reader.problems:
            reader.complain(root, "pack: has no rules, so it would find nothing in anybody; add the field rules")
        if reader.problems:
            return None
        return Policy(**texts, documents=documents, rules=rules, extends=tuple(base.code for base in bases))

    def _check_code(self, node: yaml.Node | None, code: str) -> None:
        if code and not CODE.fullmatch(code):
            self._reader.complain(node, "code: small letters, digits, _ and - only")
        if code in known_policies() and self._trail[-1].parent != FOLDER.resolve():
            self._reader.complain(
                node, f"code: {code!r} is a pack that comes with the product; extend it, and take another"
            )

    def _bases(self, node: yaml.Node | None) -> list[Policy]:
        if node is None:
            return []
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return [base for item in items if (base := self._base(item)) is not None]

    def _base(self, node: yaml.Node) -> Policy | None:
        name = self._reader.text(node, "extends")
        is_file = name.lower().endswith((".yaml", ".yml"))
        if name and not is_file and name not in known_policies():
            self._reader.complain(node, f"extends: {LineReader.unknown('policy pack', name, known_policies())}")
        if not name or (not is_file and name not in known_policies()):
            return None
        path = self._reader.path.parent / name if is_file else FOLDER / f"{name}.yaml"
        if is_file and not path.resolve().is_relative_to(self._reader.path.parent.resolve()):
            self._reader.complain(node, f"extends: {name} lies outside this pack's folder; put it beside this pack")
            return None
        if path.resolve() in self._trail:
            ring = " -> ".join(step.name for step in (*self._trail, path.resolve()))
            self._reader.complain(node, f"extends: packs extend each other in a ring: {ring}")
            return None
        try:
            return _load(path, self._trail)
        except PolicyError as error:
            self._reader.complain(node, f"extends: {name} cannot be used")
            self._reader.problems.extend(error.problems)
            return None

    def _documents(self, node: yaml.Node | None) -> dict[str, Document]:
        found = {}
        for key, body in self._reader.entries(node, "documents").items() if node is not None else ():
            fields = self._reader.fields(body, f"document {key}", ("title", "url"), needed=("title",))
            texts = {name: self._reader.text(value, f"document {key}: {name}") for name, value in fields.items()}
            if not texts.get("url", "https://").startswith(("https://", "http://")):
                self._reader.complain(fields["url"], f"document {key}: url must begin with https://")
            if texts.get("title"):
                found[key] = Document(**texts)
        return found

    def _severity(self, fields: Mapping[str, yaml.Node], name: str) -> Severity | None:
        word = self._reader.word(fields[name], name, SEVERITIES) if name in fields else ""
        return Severity(word) if word else None

    def _rules(
        self,
        node: yaml.Node | None,
        inherited: dict[str, Rule],
        documents: Mapping[str, Document],
        when_inferred: Severity,
    ) -> tuple[Rule, ...]:
        rules, own = dict(inherited), set()
        for item in self._reader.items(node, "rules") if node is not None else ():
            fields = self._reader.fields(item, "rule", RULE_FIELDS, needed=("id",))
            code = self._reader.text(fields["id"], "id") if "id" in fields else ""
            if not code:
                continue
            if not CODE.fullmatch(code):
                self._reader.complain(fields["id"], f"rule {code}: id: small letters, digits, _ and - only")
            if code in own:
                self._reader.complain(item, f"rule {code}: the id stands twice in this pack")
            own.add(code)
            rule = self._rule(item, code, fields, rules.get(code), documents, when_inferred)
            if rule is not None:
                rules[code] = rule
        return tuple(rules.values())

    def _rule(
        self,
        item: yaml.Node,
        code: str,
        fields: Mapping[str, yaml.Node],
        base: Rule | None,
        documents: Mapping[str, Document],
        when_inferred: Severity,
    ) -> Rule | None:
        where = f"rule {code}"
        missing = [name for name in NEEDED if name not in fields] if base is None else []
        for name in missing:
            self._reader.complain(item, f"{where}: needs the field {name}")
        given = self._given(fields, base, documents, where)
        condition = self._condition(fields, base, where)
        if missing or condition is None or None in given.values():
            return None
        fresh = {"id": code, "when_inferred": when_inferred}
        given["condition"] = condition
        rule = Rule(**(fresh | given)) if base is None else replace(base, **given)
        if uses_threshold(condition) and rule.threshold is None:
            self._reader.complain(item, f"{where}: its condition asks for a threshold; add the field threshold")
        return replace(rule, condition=with_threshold(condition, rule.threshold))

    def _given(
        self, fields: Mapping[str, yaml.Node], base: Rule | None, documents: Mapping[str, Document], where: str
    ) -> dict[str, Any]:
        """Return what a rule says itself, but for its condition; what is wrong is None, or left out."""
        given: dict[str, Any] = {}
        for name in ("title", "message"):
            if name in fields:
                given[name] = self._reader.text(
                    fields[name], f"{where}: {name}", LONGEST_TITLE if name == "title" else 2_000
                )
        self._check_placeholders(fields, given.get("message", ""), where)
        for name in ("severity", "when_inferred"):
            if (severity := self._severity(fields, name)) is not None:
                given[name] = severity
        if "severity" in fields and "severity" not in given:
            given["severity"] = None
        if "threshold" in fields:
            given["threshold"] = self._reader.number(fields["threshold"], f"{where}: threshold", 0, 1)
        if "document" in fields or "section" in fields:
            given["document"] = self._document(fields, base, documents, where)
        return given

    def _condition(self, fields: Mapping[str, yaml.Node], base: Rule | None, where: str) -> Condition | None:
        if "condition" not in fields:
            return base.condition if base else None
        condition = self._conditions.read(fields["condition"])
        if condition is not None and not rests_on_facts(condition):
            self._reader.complain(
                fields["condition"],
                f"{where}: rests on nothing but `not`, so there is no fact to quote; add one that holds",
            )
        return condition

    def _document(
        self, fields: Mapping[str, yaml.Node], base: Rule | None, documents: Mapping[str, Document], where: str
    ) -> Document | None:
        document = base.document if base else None
        if "document" in fields:
            key = self._reader.word(fields["document"], f"{where}: document", documents)
            document = documents.get(key)
        if document is None or "section" not in fields:
            return document
        section = self._reader.text(fields["section"], f"{where}: section")
        return document.model_copy(update={"section": section})

    def _check_placeholders(self, fields: Mapping[str, yaml.Node], message: str, where: str) -> None:
        for name in re.findall(r"\{([^{}]*)\}", message):
            if name not in PLACEHOLDERS:
                self._reader.complain(
                    fields["message"], f"{where}: message: {LineReader.unknown('placeholder', name, PLACEHOLDERS)}"
                )
