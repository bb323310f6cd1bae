"""Schemas of the engines, generated from the registry."""
