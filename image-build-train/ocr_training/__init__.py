"""Fine-tune, checkpoint and export a recogniser and a detector."""

import os

# Three libraries call home unless told not to before they are loaded: ONNX Runtime and MLflow report their use, and
# albumentations, which PaddleOCR loads, asks for its newest version.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
