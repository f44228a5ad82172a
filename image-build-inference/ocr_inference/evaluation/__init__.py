"""What a trained model reads of a test set: figures, the comparison with the champion, the report."""
