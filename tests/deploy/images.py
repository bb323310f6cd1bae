"""Images for the deploy tests, made on this machine: nothing is pulled."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import Unavailable, artifacts

ROOT = Path(__file__).parents[2]
NEO4J = Path(__file__).with_name("neo4j")
SUITE, PYTHON = "bookworm", "3.11"
PACKAGES = ("python3", "python3-venv", "openjdk-17-jre-headless")
EXCLUDED = ("/usr/share/doc/*", "/usr/share/locale/*")
SOURCES = (
    ".env", ".dockerignore", "Dockerfile", "docker-compose.yml", "pyproject.toml", "README.md", "README.zh-CN.md",
    "LICENSE", "CHANGELOG.md", "requirements", "graph_schema", "scoring", "brm", "api", "containers",
)  # fmt: skip
BUILD_SECONDS = 600
GLIBC = ("2_17", "2_24", "2_27", "2_28", "2_31", "2_34", "2_35")
"""What wheels may ask for of the C library of the suite (2.36)."""


def run(*command: str, cwd: Path | None = None, seconds: float = BUILD_SECONDS) -> str:
    """Run to the end; Unavailable with the last lines of what it said where it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Unavailable(f"{command[0]}: {problem}") from None
    if done.returncode:
        raise Unavailable(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout)[-1500:]}")
    return done.stdout


def base() -> str:
    """A Debian with Python and a Java runtime, made once for each recipe."""
    recipe = repr((SUITE, PACKAGES, EXCLUDED, platform.machine()))
    tag = f"brm-test-base:{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not run("docker", "image", "ls", "-q", tag).strip():
        if shutil.which("mmdebstrap") is None:
            raise Unavailable("mmdebstrap is not installed (Debian: apt install mmdebstrap)")
        archive = artifacts.cache() / f"{tag.replace(':', '-')}.tar"
        options = [f"--dpkgopt=path-exclude={pattern}" for pattern in EXCLUDED]
        include = f"--include={','.join(PACKAGES)}"
        run("mmdebstrap", "--quiet", "--variant=essential", include, *options, SUITE, str(archive))
        run("docker", "import", str(archive), tag)
        archive.unlink()
    return tag


def neo4j(directory: Path, base_image: str) -> str:
    """A Neo4j that keeps the official image's contract, from the jars that the other tests use."""
    tag = "brm-test-neo4j:local"
    shutil.copytree(NEO4J, directory)
    for name, source in (
        ("jars", artifacts.jars(artifacts.OLDEST)),
        ("shell", artifacts.jars(artifacts.OLDEST, "cypher-shell")),
        ("launcher", artifacts.launcher()),
    ):
        shutil.copytree(source, directory / name)
    run("docker", "build", "-q", "-t", tag, "--build-arg", f"BASE_IMAGE={base_image}", str(directory))
    return tag


def checkout(directory: Path) -> Path:
    """What the image is built from, with wheels beside it so that no package index is asked while it builds."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy2(source, directory / name)
    machine = platform.machine()
    platforms = [f"--platform=manylinux_{glibc}_{machine}" for glibc in GLIBC] + [f"--platform=manylinux2014_{machine}"]
    run(
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:",
        f"--python-version={PYTHON}", *platforms, "-c", str(ROOT / "requirements" / "constraints.txt"),
        "-d", str(directory / "wheelhouse"), *requirements(),
    )  # fmt: skip
    return directory


def requirements() -> list[str]:
    """What the image installs, and what building the package itself needs."""
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = declared["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["fast"], *declared["build-system"]["requires"]]
