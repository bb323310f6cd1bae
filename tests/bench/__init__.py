"""Measurements: `python -m tests.bench --size S|M|L`. Not collected by pytest, nothing is asserted on time."""
