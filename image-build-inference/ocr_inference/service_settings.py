"""What an operator can turn on the server, read from the environment."""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_inference.failure import UserError


class ServiceSettings(BaseModel):
    """The server's limits; each can be set by the environment variable that is its alias."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    host: Annotated[str, Field(alias="OCR_HOST", min_length=1)] = "0.0.0.0"  # noqa: S104  the platform calls from outside
    """The address on which the server listens: every one in a container, 127.0.0.1 on a person's machine."""

    port: Annotated[int, Field(alias="SAGEMAKER_BIND_TO_PORT", ge=0, le=65535)] = 8080
    """Where the server listens; 0 takes any free port."""

    max_body_bytes: Annotated[int, Field(alias="OCR_MAX_BODY_BYTES", ge=1)] = 25 * 1024**2
    """Larger requests are refused: 25 MB is the limit of a real-time endpoint."""

    max_pixels: Annotated[int, Field(alias="OCR_MAX_PIXELS", ge=1)] = 50_000_000
    """Pictures with more pixels are refused before they are decoded; all pages of a TIFF count together."""

    max_waiting: Annotated[int, Field(alias="OCR_MAX_WAITING", ge=1)] = 32
    """Requests beyond this many are answered 503 at once instead of queueing until they time out."""

    threads: Annotated[int, Field(alias="OCR_THREADS", ge=0)] = 0
    """Cores that the models use; 0 for all."""

    run_as: Annotated[int, Field(alias="OCR_RUN_AS", ge=0, le=2**31)] = 0
    """The user id that the server takes when root started it, after loading the model; 0 stays what it is."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises:
            UserError: a variable is set to something that is not allowed.
        """
        names = {str(field.alias) for field in cls.model_fields.values()}
        given = {name: environment[name] for name in names if environment.get(name)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            name = first["loc"][0]
            raise UserError(f"The environment variable {name} is {first['input']!r}: {first['msg']}.") from error
