"""Findings and advice: rules over graph and scores, and what to do about each."""
