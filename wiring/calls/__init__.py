"""The calls to AWS of the project's code and buildspecs, read from their text and held against botocore's models."""
