"""Which parameters there are by version, and which of them rule: the starting set, then what was saved.

Version `DEFAULTS` are the program's own. Version `FILE` are the defaults with the values of the file that
``BRM_PARAMS`` names. An installation starts with the file where there is one. Saved versions are numbered from 2,
hold what differs from the defaults, and are never changed; the last activation rules, in every process.
"""

from __future__ import annotations

import difflib
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.settings import Settings
from brm.store.protocol import RecordState, Store
from scoring.parameter_markers import Described
from scoring.parameters import Parameters

DEFAULTS, FILE = "1", "file"
FIRST_SAVED = 2
SET, ACTIVATION = "parameter_set", "parameter_activation"


@dataclass(frozen=True, slots=True)
class Versioned:
    """Parameters with the version that names them."""

    version: str
    parameters: Parameters

    @property
    def digest(self) -> str:
        """The digest of all values."""
        return self.parameters.digest

    @property
    def named(self) -> dict[str, str]:
        """Version and digest, as every score names them."""
        return {"version": self.version, "digest": self.digest}

    @property
    def changed(self) -> dict[str, Any]:
        """The values that differ from the defaults, by name."""
        return {each.name: each.value for each in self.parameters.describe() if each.value != each.default}


class ParameterSets:
    """The versions of one store and installation. Safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._file = None if settings.params is None else Versioned(FILE, read_file(Path(settings.params)))
        self._lock = threading.Lock()
        self._saved: dict[str, Versioned] = {}
        self._active: tuple[int, Versioned] | None = None

    @property
    def starting(self) -> Versioned:
        """What rules until a version is activated."""
        return self._file or Versioned(DEFAULTS, Parameters())

    def active(self) -> Versioned:
        """The version that rules now; looked up anew after any commit, of whichever process."""
        revision = self._store.revision()
        with self._lock:
            known = self._active
        if known is not None and known[0] == revision:
            return known[1]
        last = last_activation(self._store)
        found = self.starting if last is None else self.named(last.body["version"])
        with self._lock:
            self._active = (revision, found)
        return found

    def named(self, version: str) -> Versioned:
        """The parameters of a version; NotFound where there is none."""
        if version == DEFAULTS:
            return Versioned(DEFAULTS, Parameters())
        if version == FILE:
            return self._of_file()
        with self._lock:
            if version in self._saved:
                return self._saved[version]
        record = next(iter(self._store.records(SET, [version])), None)
        if record is None:
            raise NotFound(
                f"there is no version {version} of the parameters",
                remedy="brm params list shows those that there are",
                id=version,
            )
        values = with_values(Parameters(), record.body["values"], source=f"version {version} of the parameters: ")
        found = Versioned(version, values)
        with self._lock:
            self._saved[version] = found
        return found

    def listed(self) -> list[tuple[Versioned, RecordState | None]]:
        """Every version, with its record where it was saved."""
        own = [Versioned(DEFAULTS, Parameters()), *([self._file] if self._file else [])]
        saved = sorted(self._store.records(SET), key=lambda record: int(record.id))
        return [*((each, None) for each in own), *((self.named(record.id), record) for record in saved)]

    def _of_file(self) -> Versioned:
        if self._file is None:
            raise NotFound(
                f"there is no version {FILE} of the parameters here, since BRM_PARAMS names no file",
                remedy="set BRM_PARAMS, or activate another version with brm params activate VERSION",
                id=FILE,
            )
        return self._file


def activations(store: Store) -> list[RecordState]:
    """All activations in the order in which they were committed."""
    return sorted(store.records(ACTIVATION), key=lambda record: (record.revision, record.body["at"]))


def last_activation(store: Store) -> RecordState | None:
    """The activation that rules; None where no version was ever activated."""
    return next(reversed(activations(store)), None)


def read_file(path: Path) -> Parameters:
    """The defaults with the values of a TOML file; InvalidInput names file, key, value and range."""
    return with_values(Parameters(), file_values(path), source=f"parameter file {path}: ")


def file_values(path: Path) -> dict[str, Any]:
    """The values that a TOML file names, by dotted name."""
    try:
        overrides = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InvalidInput(
            f"parameter file {path}: {problem.strerror}", remedy="check the path, and BRM_PARAMS", code="file_unusable"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"parameter file {path} is not TOML: {problem}", remedy="correct the file") from None
    return _flat(overrides)


def with_values(parameters: Parameters, values: Mapping[str, Any], *, source: str = "") -> Parameters:
    """Parameters with some values replaced; InvalidInput names the first that does not fit, and what would."""
    known = {each.name: each for each in parameters.describe()}
    for name, value in values.items():
        if name not in known:
            raise InvalidInput(
                f"{source}there is no parameter {name}", remedy=_nearest(name, list(known)), field=name, value=value
            )
        try:
            parameters = parameters.with_values({name: value})
        except (ValueError, TypeError):
            raise InvalidInput(
                f"{source}{name} cannot be {value!r}", remedy=_range(known[name]), field=name, value=value
            ) from None
    return parameters


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    last = [each for each in known if each.rpartition(".")[2] == name]
    found = list(dict.fromkeys([*last, *near]))[:3]
    return f"did you mean {', '.join(found)}?" if found else "brm params show lists all names"


def _range(each: Described) -> str:
    if each.low is not None and each.high is not None:
        return f"give a number from {each.low:g} to {each.high:g} ({each.unit})"
    return f"give {each.unit}, like {_plain(each.default)}"


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
