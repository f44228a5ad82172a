"""SageMaker Pipelines: a definition's executions, step by step."""
