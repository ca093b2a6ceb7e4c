"""Casework: what people found, decided and agreed about organizations, as a trail that only grows.

`KnowledgeBase.casework` (`kb.casework.store.Casework`) is the one way in. It has four parts:

- **The trail** (`trail`): every step is an event in one chain of digests. Nothing is changed or deleted; whatever is
  shown is folded from events. `verify_trail()` names the first event that somebody tampered with; its `head` belongs
  on a dossier, so that a trail that was written anew can be told from the real one: `verify_trail([head])`.
- **Vetting cases** (`screenings`, `vetting_cases`, `vetting_fold`, `vetting_desk`), named by an organization and the
  policies it is vetted against. To vet: judge the rules, build a `ScreeningResult` per organization with what was
  found, `checked` and `not_assessed`, and hand all of them to `record_screenings`, which is one transaction for
  5,000; `case.due_because(lists, packs, profile_change)` says whether it is worth doing again. To show:
  `case(id, policies)` or `cases()`, then `case.verdict(today)`, `case.in_state(...)`, a finding's `reopened_because`
  and `gone_because`, `case.lists`, `case.replies`, `case.answers`. To decide: `decide(..., seen=finding.digest)`; an
  exclusion that was dismissed while four eyes were required waits for `second(...)` by somebody else. Refusals are
  `CaseworkError`, `ConflictError` and the like, with words for the person; a widget has nothing to check.
- **Partnerships** (`partnerships`, `partnership_desk`), named by a brief and an organization. To show: `shortlist(
  brief_id)`, `partnerships(Stage.ACTIVE)`, `TRANSITIONS[stage]` for what may follow. To change: `record(brief_id, id,
  Move(...), seen=partnership.last_event)`, likewise `Development`, `HealthCheck`, `Lesson`, `Note`; `take_back` undoes
  the latest step.
- **Plans** (`plans`): `save_plan(id, body, based_on=version)` refuses to overwrite what somebody saved meanwhile.

An organization that was merged is found under either id, with what was recorded for both; undoing the merge gives
both back. *Not assessed* is an outcome of its own and never clear: a case says *no findings* only when every rule of
every policy was judged with lists that are not stale.
"""
