"""The OCR reader: served as an endpoint, and run over a test set to evaluate what will be served."""

import os

# ONNX Runtime reports its use to its makers unless this is set before it is loaded. What reads identity documents
# tells nobody.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
