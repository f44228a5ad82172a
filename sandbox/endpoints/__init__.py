"""SageMaker endpoints, each with a real server behind it."""
