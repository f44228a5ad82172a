"""What an operator can turn on the server, read from the environment."""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_inference.failure import UserError
from ocr_inference.picture import DecodeLimits
from ocr_inference.provider import Provider
from ocr_inference.task import Task

MOST_PIXELS = 178_956_970
"""Pillow refuses larger pictures by itself."""


class ServiceSettings(BaseModel):
    """The server's limits; each can be set by the environment variable that is its alias."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    host: Annotated[str, Field(alias="OCR_HOST", min_length=1)] = "0.0.0.0"  # noqa: S104  the platform calls from outside
    """The address on which the server listens: every one in a container, 127.0.0.1 on a person's machine."""

    port: Annotated[int, Field(alias="SAGEMAKER_BIND_TO_PORT", ge=0, le=65535)] = 8080
    """Where the server listens; 0 takes any free port."""

    task: Annotated[Task, Field(alias="OCR_TASK")] = Task.OCR
    """What is done when a request names no task: ocr, or one half of it, detection or recognition."""

    max_body_bytes: Annotated[int, Field(alias="OCR_MAX_BODY_BYTES", ge=1)] = 25 * 1024**2
    """Larger requests are refused: 25 MB is the limit of a real-time endpoint."""

    max_pixels: Annotated[int, Field(alias="OCR_MAX_PIXELS", ge=1, le=MOST_PIXELS)] = 50_000_000
    """Pictures with more pixels on a page are refused before they are decoded; pages of a PDF are rendered smaller."""

    max_pages: Annotated[int, Field(alias="OCR_MAX_PAGES", ge=1)] = 32
    """Files with more pages are refused."""

    max_images: Annotated[int, Field(alias="OCR_MAX_IMAGES", ge=1)] = 256
    """JSON with more pictures is refused."""

    max_decode_seconds: Annotated[float, Field(alias="OCR_MAX_DECODE_SECONDS", gt=0, le=3600, allow_inf_nan=False)] = (
        20.0
    )
    """Files whose pages take longer to decode are refused."""

    pdf_dpi: Annotated[int, Field(alias="OCR_PDF_DPI", ge=36, le=1200)] = 200
    """The resolution at which the pages of a PDF are rendered, in dots per inch."""

    max_waiting: Annotated[int, Field(alias="OCR_MAX_WAITING", ge=1)] = 32
    """Requests beyond this many are answered 503 at once instead of queueing until they time out."""

    max_seconds: Annotated[float, Field(alias="OCR_MAX_SECONDS", gt=0, le=3600, allow_inf_nan=False)] = 55.0
    """From a request's first byte to its answer; what takes longer is ended. A real-time endpoint waits 60 seconds."""

    workers: Annotated[int, Field(alias="OCR_WORKERS", ge=0, le=256)] = 0
    """Processes that read, a request each; 0 for one a core, as far as the memory goes."""

    threads: Annotated[int, Field(alias="OCR_THREADS", ge=0)] = 0
    """Cores that each worker may use; 0 for all."""

    provider: Annotated[Provider, Field(alias="OCR_PROVIDER")] = Provider.CPU
    """What runs the networks: cpu, or cuda in an image that was built for it."""

    playground: Annotated[bool, Field(alias="OCR_PLAYGROUND")] = False
    """Whether what people need is served beside what the platform needs: a page, and the OpenAPI document. Not in
    production."""

    run_as: Annotated[int, Field(alias="OCR_RUN_AS", ge=0, le=2**31)] = 0
    """The user id that the server takes when root started it, after loading the model; 0 stays what it is."""

    @property
    def decode_limits(self) -> DecodeLimits:
        """What a picture may cost."""
        return DecodeLimits(self.max_pixels, self.max_pages, self.max_decode_seconds, self.pdf_dpi)

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
