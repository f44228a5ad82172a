"""The page on which a person tries the endpoint; served where ``OCR_PLAYGROUND`` is true, never by SageMaker."""

from ocr_inference.playground.routes import playground_routes

__all__ = ["playground_routes"]
