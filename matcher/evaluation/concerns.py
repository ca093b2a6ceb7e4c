"""Do we see concerns, and only real ones? Inference against labelled texts, beside a plain keyword list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.organization import ClaimKind, ConcernRole
from matcher.evaluation.capacities import Row, Tally, keyword_codes, quotes_that_do_not_stand, ratio
from matcher.evaluation.labels import LabelledText
from matcher.inference import Profile, infer_many


def evaluate(cases: Sequence[LabelledText]) -> tuple[dict[str, object], list[Row]]:
    """Compare inferred concerns and their roles with labels.

    Returns
    -------
    summary : dict
        ``cases``, ``micro``, ``macro``, ``by_code``, ``role_accuracy`` (among the concerns rightly seen),
        ``quotes_that_do_not_stand`` (must be 0), and ``keyword_list`` (which calls every concern core).
    rows : list of dict
        One per text: id, name, expected, found, missed, extra, wrong_role, evidence.
    """
    tally, baseline = Tally(), Tally()
    rows: list[Row] = []
    false_quotes = roles_right = core_right = 0
    inferred = infer_many([Profile(case.text, case.name) for case in cases])
    for case, claims in zip(cases, inferred, strict=True):
        found = {
            claim.code: claim
            for claim in claims
            if claim.kind is ClaimKind.CONCERN and (not case.asked or claim.code in case.asked)
        }
        listed = {code for code in keyword_codes(case.text, ClaimKind.CONCERN) if not case.asked or code in case.asked}
        tally.add(case.codes, found)
        baseline.add(case.codes, listed)
        wrong_role = [code for code in case.codes if code in found and found[code].role is not case.codes[code]]
        roles_right += len(set(case.codes) & set(found)) - len(wrong_role)
        core_right += sum(case.codes.get(code) is ConcernRole.CORE for code in listed)
        false_quotes += quotes_that_do_not_stand(claims, case.text)
        rows.append(
            {
                "id": case.id,
                "name": case.name,
                "expected": _written(case.codes),
                "found": _written({code: claim.role for code, claim in found.items()}),
                "missed": ";".join(sorted(set(case.codes) - set(found))),
                "extra": ";".join(sorted(set(found) - set(case.codes))),
                "wrong_role": ";".join(sorted(wrong_role)),
                "evidence": " | ".join(f"{code}: {claim.evidence[0].text}" for code, claim in sorted(found.items())),
            }
        )
    summary = {
        "cases": len(cases),
        **tally.summary(),
        "role_accuracy": ratio(roles_right, tally.right.total()),
        "quotes_that_do_not_stand": false_quotes,
        "keyword_list": {**baseline.summary(), "role_accuracy": ratio(core_right, baseline.right.total())},
    }
    return summary, rows


def _written(codes: Mapping[str, ConcernRole | None]) -> str:
    return ";".join(f"{code}:{role}" if role else code for code, role in sorted(codes.items()))
