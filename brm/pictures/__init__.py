"""Pictures and workbooks: drawn from the shapes that services answer, in the language of a catalogue.

Every function here is pure: a shape in, the text of an SVG or the bytes of a workbook out.
"""

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]
"""What a service answers, as it is printed with ``--json``."""
