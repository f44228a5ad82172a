"""Publishes the project template and its seed code to S3, and takes projects from version to version."""
