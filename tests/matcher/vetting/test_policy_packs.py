"""Reading policy packs: what is right is combined, what is wrong is refused with file, line and reason."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from kb.casework.findings import Severity
from matcher.vetting.conditions import Concern, parts_of
from matcher.vetting.errors import PolicyError
from matcher.vetting.facts import Context, Surroundings, VettingFacts
from matcher.vetting.policy import Policy, known_policies, load_policies, load_policy
from matcher.vetting.verdict import compare_verdicts, vet
from tests.conftest import claim, organization

HEAD = 'code: ours\ntitle: Our rules\npublisher: We\ndocuments:\n  statutes: {title: "Our statutes"}\n'
RULE = (
    "rules:\n  - id: soft-drinks\n    title: Soft drinks\n    severity: exclude\n"
    '    condition: {concern: {codes: [unhealthy_food], role: core}}\n    message: "{organization} sells {concern}."\n'
    "    document: statutes\n"
)


def written(folder: Path, text: str, name: str = "ours.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def judged(policy: Policy, *claims: object, **identity: object) -> Severity | None:
    item = organization("acme", claim("capacity", "distribution"), *claims, **identity)
    facts = VettingFacts(item, Surroundings.of([item]))
    return vet(facts, [policy], Context()).severity


def test_the_packs_of_the_product_are_whole() -> None:
    packs = load_policies(known_policies())
    assert {pack.code for pack in packs} == {
        "who_fensa",
        "undp",
        "unicef_national_committee",
        "cdc_foundation",
        "breastmilk_substitutes_code",
        "public_regulator",
        "general",
    }
    for pack in packs:
        assert pack.title
        assert pack.publisher
        assert pack.version
        assert pack.about
        for rule in pack.rules:
            assert rule.document.title
            assert rule.document.url.count("/") <= 2, "a publisher's home, never a deep link"
            assert "{tie}" not in rule.message or "linked" in repr(rule.condition).lower()


def test_the_ceiling_of_unicef_is_a_tenth() -> None:
    rules = {rule.id: rule for rule in load_policy("unicef_national_committee").rules}
    (atom,) = [part for part in parts_of(rules["share-above-ceiling"].condition) if isinstance(part, Concern)]
    assert atom.share_above == rules["share-above-ceiling"].threshold == 0.10


def test_an_organization_writes_its_own_pack(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, HEAD + RULE))
    assert judged(policy, claim("concern", "unhealthy_food", role="core")) is Severity.EXCLUDE
    assert judged(policy, claim("concern", "alcohol", role="core")) is None


def test_a_pack_extends_another_overrides_a_rule_and_switches_one_off(tmp_path: Path) -> None:
    text = (
        HEAD + "extends: unicef_national_committee\ndisable: [food-industry]\nrules:\n"
        "  - {id: share-above-ceiling, threshold: 0.02}\n  - {id: exclusion-business, severity: caution}\n"
    )
    policy, base = load_policy(written(tmp_path, text)), load_policy("unicef_national_committee")
    wine = claim("concern", "alcohol", role="minor", revenue_share=0.05)
    assert (judged(base, wine), judged(policy, wine)) == (None, Severity.EXCLUDE)
    formula = claim("concern", "infant_formula", role="core")
    assert (judged(base, formula), judged(policy, formula)) == (Severity.EXCLUDE, Severity.CAUTION)
    food = claim("concern", "unhealthy_food", role="core")
    assert (judged(base, food), judged(policy, food)) == (Severity.ESCALATE, None)
    assert policy.extends == ("unicef_national_committee",)
    assert judged(policy, claim("concern", "nuclear", role="minor")) is Severity.ESCALATE


def test_a_pack_extends_a_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path, HEAD + RULE, "base.yaml")
    policy = load_policy(written(tmp_path, "code: mine\ntitle: T\npublisher: P\nextends: base.yaml\nrules: []\n"))
    assert [rule.id for rule in policy.rules] == ["soft-drinks"]


def test_a_pack_may_let_inferred_claims_exclude(tmp_path: Path) -> None:
    inferred = claim("concern", "unhealthy_food", role="core", status="inferred")
    assert judged(load_policy(written(tmp_path, HEAD + RULE)), inferred) is Severity.ESCALATE
    assert (
        judged(load_policy(written(tmp_path, HEAD + "when_inferred: exclude\n" + RULE)), inferred) is Severity.EXCLUDE
    )
    assert (
        judged(load_policy(written(tmp_path, HEAD + "when_inferred: caution\n" + RULE)), inferred) is Severity.CAUTION
    )


def test_packs_are_judged_side_by_side_and_findings_keep_theirs() -> None:
    item = organization("acme", claim("concern", "alcohol", role="core"), sector="private")
    facts = VettingFacts(item, Surroundings.of([item]))
    verdict = vet(facts, load_policies(["undp", "unicef_national_committee"]), Context())
    assert verdict.severity is Severity.EXCLUDE
    assert {(finding.policy, finding.severity.value) for finding in verdict.findings} == {
        ("unicef_national_committee", "exclude"),
        ("undp", "escalate"),
    }


def test_the_difference_between_two_packs_is_data() -> None:
    item = organization(
        "acme", claim("concern", "alcohol", role="core"), claim("concern", "weapons", role="core"), sector="private"
    )
    facts = VettingFacts(item, Surroundings.of([item]))
    first, second = (vet(facts, [load_policy(code)], Context()) for code in ("undp", "unicef_national_committee"))
    difference = compare_verdicts(first, second)
    by_about = {contrast.about: contrast for contrast in difference.contrasts}
    assert by_about["weapons"].is_agreed
    assert not by_about["alcohol"].is_agreed
    assert by_about["alcohol"].first.severity is Severity.ESCALATE
    assert by_about["alcohol"].second.severity is Severity.EXCLUDE
    assert difference.contrasts[0].about == "alcohol"
    assert difference.differs
    assert not compare_verdicts(first, first).differs


GOOD = HEAD + RULE
HOSTS = "{linked: {by: [host], having: HERE}}"
WRONG = [
    ("severity: exclude", "severity: forbid", 9, "unknown value 'forbid'"),
    ("severity: exclude", "severity: exclud", 9, "did you mean exclude"),
    ("[unhealthy_food]", "[unhealthy_fod]", 10, "did you mean unhealthy_food"),
    ("{concern: {codes", "{concerns: {codes", 10, "did you mean concern"),
    ("role: core", "rôle: core", 10, "unknown field 'rôle'"),
    ("role: core", "role: main", 10, "unknown value 'main'"),
    ("    document: statutes\n", "", 7, "needs the field document"),
    ("document: statutes", "document: statute", 12, "did you mean statutes"),
    ("{organization} sells", "{organisation} sells", 11, "did you mean organization"),
    ("title: Our rules", "titel: Our rules", 2, "did you mean title"),
    ("title: Our rules\n", "title: Our rules\ntitle: Twice\n", 3, "stands twice"),
    ("code: ours", "code: Our Pack", 1, "small letters"),
    ("publisher: We", "publisher: We\nextends: who_fensaa", 4, "did you mean who_fensa"),
    ("publisher: We", "publisher: We\nextends: nowhere.yaml", 4, "cannot be used"),
    ("publisher: We", "publisher: We\nextends: who_fensa\ndisable: [tobacco]", 5, "unknown value 'tobacco'"),
    ("role: core}", "role: core, share_above: threshold}", 7, "add the field threshold"),
    ("role: core}", "role: core, share_above: 10}", 10, "a number from 0 to 1"),
    ("role: core}", "share_above: 0.1, share: unknown}", 10, "make two rules"),
    ("{concern: {codes: [unhealthy_food], role: core}}", "{not: {sector: [private]}}", 10, "no fact to quote"),
    ("{concern: {codes: [unhealthy_food], role: core}}", "{sector: [private], kind: [company]}", 10, "exactly one key"),
    ("{concern: {codes: [unhealthy_food], role: core}}", "{country: [ZZ]}", 10, "unknown value 'ZZ'"),
    ("{concern: {codes: [unhealthy_food], role: core}}", "{all: []}", 10, "is empty"),
    (
        "{concern: {codes: [unhealthy_food], role: core}}",
        "{linked: {by: [ownr], having: {sector: [private]}}}",
        10,
        "owner",
    ),
    (
        "{concern: {codes: [unhealthy_food], role: core}}",
        "{linked: {by: [engagement], having: {sector: [private]}}}",
        10,
        "only concerns can be asked",
    ),
    (
        "{concern: {codes: [unhealthy_food], role: core}}",
        HOSTS.replace("HERE", HOSTS.replace("HERE", HOSTS.replace("HERE", "{sector: [other]}"))),
        10,
        "further than 2 ties",
    ),
    ("rules:\n", "rules: {}\nmore: &x 1\nother: *x\n", 8, "references"),
    ("code: ours", "code: [ours", 2, "not YAML"),
    ("code: ours", "code: undp", 1, "comes with the product"),
    ("title: Our rules", "title: ~", 2, "must be text"),
    ("title: Our rules", "title: " + "x" * 400, 2, "longer than 300"),
    ("id: soft-drinks", "id: Soft drinks", 7, "small letters"),
    (RULE, "", 1, "has no rules"),
    (RULE, "extends: public_regulator\ndisable: [regulated, regulated]\nrules: 1\n", 8, "must be a list"),
]


@pytest.mark.parametrize(("good", "bad", "line", "reason"), WRONG, ids=[case[3] for case in WRONG])
def test_a_wrong_pack_is_refused_with_file_line_and_reason(
    good: str, bad: str, line: int, reason: str, tmp_path: Path
) -> None:
    assert good in GOOD
    with pytest.raises(PolicyError) as caught:
        load_policy(written(tmp_path, GOOD.replace(good, bad, 1)))
    assert any(problem.startswith(f"ours.yaml:{line}: ") and reason in problem for problem in caught.value.problems), (
        caught.value.problems
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace("exclude", "forbid").replace("role: core", "role: main").replace("We", "''")
    with pytest.raises(PolicyError) as caught:
        load_policy(written(tmp_path, bad))
    assert len(caught.value.problems) == 3


def test_packs_that_extend_each_other_in_a_ring_are_refused(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "extends: b.yaml\n" + RULE, "a.yaml")
    written(tmp_path, HEAD + "extends: a.yaml\n" + RULE, "b.yaml")
    with pytest.raises(PolicyError, match=r"b\.yaml:6: extends: packs extend each other in a ring: a\.yaml -> b\.yaml"):
        load_policy(tmp_path / "a.yaml")


def test_hostile_files_are_refused_plainly(tmp_path: Path) -> None:
    deep = written(tmp_path, "a: " + "[" * 5_000, "deep.yaml")
    with pytest.raises(PolicyError, match="nested too deep"):
        load_policy(deep)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(PolicyError, match="UTF-8"):
        load_policy(binary)
    with pytest.raises(PolicyError, match="must be a mapping"):
        load_policy(written(tmp_path, "- a\n- b\n", "list.yaml"))
    with pytest.raises(PolicyError, match="larger than"):
        load_policy(written(tmp_path, "# " + "x" * 600_000, "large.yaml"))
    with pytest.raises(PolicyError, match="must be a mapping"):
        load_policy(written(tmp_path, "", "empty.yaml"))
    tagged = GOOD.replace("title: Our rules", "title: !!python/object/apply:os.system [echo]")
    with pytest.raises(PolicyError, match=r"tag\.yaml:2: tags \(!\) are not allowed"):
        load_policy(written(tmp_path, tagged, "tag.yaml"))
    with pytest.raises(PolicyError, match="cannot be read: embedded null"):
        load_policy("a\0b.yaml")
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in pairwise("abcdefgh"))
    with pytest.raises(PolicyError, match=r"bomb\.yaml:2: references"):
        load_policy(written(tmp_path, bomb, "bomb.yaml"))


def test_an_unknown_pack_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="did you mean who_fensa"):
        load_policy("who-fensa")
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path / "none.yaml")
    with pytest.raises(PolicyError, match="another pack has the code"):
        load_policies([written(tmp_path, GOOD, "a.yaml"), written(tmp_path, GOOD, "b.yaml")])
