"""Documents that people read and pass on, made of shapes and texts alone: one content, several forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]
