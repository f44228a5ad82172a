"""Labelling of pages: SageMaker Ground Truth's custom labelling job, and the same page on this machine."""
