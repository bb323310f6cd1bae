"""Neo4j's jars from Maven Central and the compiled launcher, kept in the user's cache directory."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from tests.servers import java
from tests.servers.model import Unavailable

OLDEST = "5.26.12"
NEWEST = "2026.08.1"
SOURCE = Path(__file__).with_name("Neo4jLauncher.java")
FETCH_SECONDS = 600
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>brm.tests</groupId><artifactId>neo4j</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>
  </dependencies>
</project>
"""


def wanted_version() -> str:
    """The version to test with: BRM_TEST_NEO4J_VERSION, `newest`, or the long-term one."""
    version = os.environ.get("BRM_TEST_NEO4J_VERSION", "") or OLDEST
    return NEWEST if version == "newest" else version


def jars(version: str, artifact: str = "neo4j") -> Path:
    """The directory that holds an artifact of Neo4j's with all it needs; fetched once, by one process at a time."""
    directory = cache() / f"{artifact}-{version}"
    with _only_one(directory):
        if not directory.exists():
            _fetch(artifact, version, directory)
    return directory


def launcher() -> Path:
    """The directory of the compiled launcher."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    directory = cache() / f"launcher-{digest}"
    with _only_one(directory):
        if not directory.exists():
            fresh = directory.with_suffix(".part")
            command = [str(java.compiler()), "--release", "17", "-d", str(fresh), str(SOURCE)]
            _run(command, 120, "the launcher cannot be compiled")
            fresh.rename(directory)
    return directory


def _fetch(artifact: str, version: str, directory: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Maven is not installed (Debian: apt install maven)")
    fresh = directory.with_suffix(".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    pom = fresh / "pom.xml"
    pom.write_text(POM.format(artifact=artifact, version=version), encoding="utf-8")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"]
    _run([maven, "-q", "-B", "-U", "-f", str(pom), *goal], FETCH_SECONDS, f"{artifact} {version} cannot be fetched")
    fresh.rename(directory)


def _run(command: list[str], seconds: float, otherwise: str) -> None:
    try:
        subprocess.run(
            command, check=True, timeout=seconds, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{otherwise} within {seconds:.0f} s") from None
    except (OSError, subprocess.CalledProcessError) as problem:
        output = re.sub(r"\x1b\[[0-9;]*m", "", str(getattr(problem, "stdout", None) or problem)).strip()
        raise Unavailable(f"{otherwise}: {output.partition(chr(10))[0][:200]}") from None


def cache() -> Path:
    """Where fetched and built things stay between runs."""
    directory = Path(platformdirs.user_cache_dir("brm-tests", appauthor=False))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
