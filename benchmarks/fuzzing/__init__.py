"""What ``benchmarks.fuzz`` sends, and how it judges the answers."""
