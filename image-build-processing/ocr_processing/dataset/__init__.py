"""The dataset that is written: LMDB folders, whole pages, the record of what went in, the report."""
