"""The OCR reader: served as an endpoint, and run over a test set to evaluate what will be served."""
