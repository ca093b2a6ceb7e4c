"""What casework refuses, with a message that says what is missing or what to do first."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kb.errors import KbError

Model = TypeVar("Model", bound=BaseModel)


class CaseworkError(KbError):
    """A step that the rules of casework do not allow, or that lacks a person, a reason or a field."""


def checked(model: type[Model], what: str, fields: dict[str, Any]) -> Model:
    """Build a model, wording what is wrong with its fields for a person.

    Raises
    ------
    CaseworkError
        Naming every field that is wrong, and why.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}" for problem in error.errors()[:5]
        )
        raise CaseworkError(f"{what} cannot be recorded: {problems}") from error
