"""Settings: flags, then ``BRM_…`` in the environment, then a TOML file, then defaults."""

from __future__ import annotations

import os
import re
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from brm.errors import InvalidInput
from brm.store.access import DEFAULT_USER, SECONDS, Access, read_password

SETTINGS_FILE = "brm.toml"


class Settings(BaseSettings):
    """What an installation can set. Every field is described; `docs/settings.md` lists them."""

    model_config = SettingsConfigDict(env_prefix="BRM_", env_ignore_empty=True, extra="forbid", validate_default=True)

    store: str = Field(
        default_factory=lambda: _default_store(),
        description="Where the graph is kept: sqlite:///PATH, memory:// or the URL of a server engine",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on; 0 takes any free one")
    lang: Literal["zh-CN", "en"] | None = Field(default=None, description="Language; default: the locale's")
    tz: str | None = Field(
        default=None, description="Zone whose days count as days, e.g. Asia/Shanghai; default: the system's"
    )
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$", description="Currency that money is scored in")
    params: str | None = Field(default=None, description="TOML file with parameter overrides")
    neo4j_user: str | None = Field(default=None, description="User of a Neo4j store")
    neo4j_password: SecretStr | None = Field(default=None, description="Password of a Neo4j store")
    neo4j_password_file: str | None = Field(default=None, description="File that holds the password")
    neo4j_timeout: float = Field(
        default=SECONDS, gt=0, le=3600, description="Seconds that a Neo4j server may be silent before a call fails"
    )
    log: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Least severe event logged"
    )

    @property
    def access(self) -> Access:
        """Who the service is to a store on a server."""
        given = self.neo4j_password.get_secret_value() if self.neo4j_password else ""
        if not given and self.neo4j_password_file:
            given = read_password(self.neo4j_password_file)
        return Access(self.neo4j_user or DEFAULT_USER, given, self.neo4j_timeout)

    @property
    def zone(self) -> str:
        """The installation's zone, by name."""
        return self.tz or system_zone()

    @property
    def language(self) -> Literal["zh-CN", "en"]:
        """The language to answer in when a request names none."""
        if self.lang:
            return self.lang
        words = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
        return "zh-CN" if words.lower().startswith("zh") else "en"


def _default_store() -> str:
    path = Path(platformdirs.user_data_dir("brm", appauthor=False)) / "brm.sqlite"
    return f"sqlite:///{str(path).replace('%', '%25')}"


@dataclass(frozen=True, slots=True)
class SettingOrigin:
    """One setting with its value, secrets masked, and where the value came from."""

    name: str
    value: str
    origin: str
    description: str


def system_zone() -> str:
    """The system's zone by name; UTC where it has none that is known."""
    named = os.environ.get("TZ", "").lstrip(":")
    link = Path("/etc/localtime")
    if not named and link.is_symlink():
        named = str(link.resolve()).partition("zoneinfo/")[2]
    try:
        ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC" if time.timezone == 0 else f"Etc/GMT{time.timezone // 3600:+d}"
    return named


def load_settings(config: Path | None = None, **flags: Any) -> Settings:
    """The settings in force; InvalidInput names the setting, its value and what it may be."""
    return load_with_origins(config, **flags)[0]


def load_with_origins(config: Path | None = None, **flags: Any) -> tuple[Settings, list[SettingOrigin]]:
    """The settings and, for each, where its value came from."""
    given = {name: value for name, value in flags.items() if value is not None}
    path = config or Path(SETTINGS_FILE)
    from_file = _read_file(path) if config or path.exists() else {}
    in_environment = {name for name in Settings.model_fields if os.environ.get(f"BRM_{name.upper()}")}
    values = {name: value for name, value in from_file.items() if name not in in_environment} | given
    try:
        settings = Settings(**values)
        ZoneInfo(settings.zone)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise InvalidInput(
            f"setting {name}: {first['msg']}", remedy=f"set BRM_{name.upper()} to a value that fits", field=name
        ) from None
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            f"setting tz: there is no zone {settings.tz!r}", remedy="use a name such as Asia/Shanghai"
        ) from None
    origins = [
        SettingOrigin(
            name,
            _shown(getattr(settings, name)),
            "flag"
            if name in given
            else f"BRM_{name.upper()}"
            if name in in_environment
            else str(path)
            if name in from_file
            else "default",
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
    return settings, origins


def _shown(value: Any) -> str:
    """A value without passwords, neither as a secret nor inside a URL."""
    return "" if value is None else re.sub(r"(://[^/@:]*:)[^/@]+@", r"\1**********@", str(value))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput(f"there is no settings file {path}", remedy="check the path given with --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{path} is not TOML: {problem}", remedy="correct the file") from None
    unknown = sorted(set(content) - set(Settings.model_fields))
    if unknown:
        raise InvalidInput(
            f"{path}: unknown setting {', '.join(unknown)}", remedy=f"known are {', '.join(Settings.model_fields)}"
        )
    return content
