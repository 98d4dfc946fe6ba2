"""Checking documents against pydantic models, with one-line errors."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zedo_cli.errors import InputError

Model = TypeVar("Model", bound=BaseModel)


def validated(
    model: type[Model], document: Any, source: str | Path, where: str | None = None, fix: str | None = None
) -> Model:
    """The document as a `model`. Raises `InputError` that names the first faulty field, with its indices."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        field, message = first_fault(error)
        place = f"{where}: {field}" if where else field
        raise InputError(message, source=source, where=place, fix=fix) from error


def settings_of(model: type[Model], **values: Any) -> Model:
    """Settings of a user as a `model`. Raises `InputError` that names the first faulty setting."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        setting, message = first_fault(error)
        raise InputError(message, setting=setting) from error


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first faulty field of a document, with its indices, and what is wrong with it."""
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"]) or "document"
    return field, fault["msg"].removeprefix("Value error, ")
