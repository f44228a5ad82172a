"""Labelled documents in, a validated line dataset out; and synthetic documents to start from."""
