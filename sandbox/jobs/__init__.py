"""SageMaker's jobs as real processes or containers: their folder, hosts, records and files."""
