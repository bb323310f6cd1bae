"""The demonstration world: made up, generated from a seed, ending in the week of its anchor day."""

from brm.demo.world import DEMO_SOURCE, Size, generate

__all__ = ["DEMO_SOURCE", "Size", "generate"]
