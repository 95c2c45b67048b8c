"""Speed, never without error: ``python -m benchmarks``."""
