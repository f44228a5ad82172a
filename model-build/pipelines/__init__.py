"""The SageMaker Pipeline that turns documents into a registered OCR model."""
