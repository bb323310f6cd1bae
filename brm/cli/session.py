"""What every command shares: its common options, the open workspace, and how results are printed."""

from __future__ import annotations

import functools
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote

import typer

from brm.errors import BrmError, Conflict, NotAllowed, NotComputable, StoreUnusable

if TYPE_CHECKING:
    from rich.console import Console

    from brm.i18n import Catalogue
    from brm.principal import Principal
    from brm.services.workspace import Workspace
    from brm.settings import Settings
    from brm.store.protocol import When
    from graph_schema.changes import Receipt

DONE, REJECTED, USAGE, UNUSABLE, CONFLICT, FORBIDDEN = range(6)
_EXIT_CODES: tuple[tuple[type[BrmError], int], ...] = (
    (StoreUnusable, UNUSABLE),
    (Conflict, CONFLICT),
    (NotAllowed, FORBIDDEN),
    (NotComputable, REJECTED),
    (BrmError, USAGE),
)
_EXIT_OF_CODE = dict.fromkeys(
    ("export_unreadable", "file_exists", "file_missing", "file_unusable", "unknown_encoding"), UNUSABLE
)
"""Input that does not fit because a file does not."""

StoreOption = Annotated[str | None, typer.Option("--store", help="Store URL, e.g. sqlite:///PATH", show_default=False)]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Settings file", show_default=False)]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Day or moment to look at", show_default=False)]
LangOption = Annotated[str | None, typer.Option("--lang", help="zh-CN or en", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as over HTTP")]
_COMMON: dict[str, tuple[Any, Any]] = {
    "store": (StoreOption, None), "config": (ConfigOption, None), "as_of": (AsOfOption, None),
    "lang": (LangOption, None), "as_json": (JsonOption, False),
}  # fmt: skip


class Session:
    """One run of a command: settings, and on first use the workspace, principal and texts."""

    def __init__(
        self, store: str | None, config: Path | None, as_of: str | None, lang: str | None, as_json: bool
    ) -> None:
        from brm.logs import configure
        from brm.settings import load_settings

        self.as_json = as_json
        self._as_of = as_of
        self._flags = {"store": store, "lang": lang}
        self.config = config
        self._may_begin = False
        self.settings: Settings = load_settings(config, **self._flags)
        configure(self.settings.log)

    @functools.cached_property
    def workspace(self) -> Workspace:
        """The open store with its settings; StoreUnusable where there is none yet and none is begun."""
        from brm.services.workspace import Workspace

        self.require_store()
        return Workspace.open(self.settings).under()

    def under(self, version: str | None) -> Workspace:
        """The workspace with one set of parameters: the version named, else the active one."""
        return self.workspace.under(version)

    def require_store(self) -> None:
        """StoreUnusable where the store is a file that is not there, and this command begins none."""
        path = self._file
        if path is not None and not self._may_begin and not path.exists():
            raise StoreUnusable(
                f"there is no store at {path}",
                remedy="make one with brm init, or name another with --store or BRM_STORE",
                code="no_store",
            )

    @property
    def _file(self) -> Path | None:
        scheme, _, rest = self.settings.store.partition("://")
        return Path(unquote(rest[1:])) if scheme == "sqlite" and rest.startswith("/") else None

    @functools.cached_property
    def principal(self) -> Principal:
        """The administrator at this machine."""
        from brm.principal import local_admin

        return local_admin(self.settings.language, self.settings.zone)

    @functools.cached_property
    def texts(self) -> Catalogue:
        """The texts in the session's language."""
        from brm.i18n import catalogue

        return catalogue(self.settings.language)

    @functools.cached_property
    def when(self) -> When:
        """The moment that the command looks at."""
        from brm.services.moments import when

        return when(self._as_of, None, self.settings.zone)

    def make_room(self) -> None:
        """Create the directory of a store that is a file, for the commands that may begin one."""
        self._may_begin = True
        if self._file is None:
            return
        folder = self._file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreUnusable(
                f"cannot create the directory {folder}: {problem.strerror}",
                remedy="choose another path with --store or BRM_STORE",
                code="cannot_open",
            ) from None

    @property
    def flags(self) -> dict[str, Any]:
        """The settings given as options."""
        return dict(self._flags)

    @functools.cached_property
    def console(self) -> Console:
        """Where people read results."""
        from rich.console import Console

        return Console(highlight=False, markup=False)

    @functools.cached_property
    def diagnostics(self) -> Console:
        """Where people read how it goes; never mixed with results."""
        from rich.console import Console

        return Console(stderr=True, highlight=False, markup=False)

    def output(self, data: Any, human: Callable[[Any], None]) -> None:
        """Print the result: as JSON, or by the function that writes it for people."""
        if self.as_json:
            sys.stdout.write(json_text(data))
        else:
            human(data)

    def items(self, items: list[Any], human: Callable[[list[Any]], None]) -> None:
        """Print a whole list in the API's shape, or by the function that writes it for people."""
        if self.as_json:
            self.output({"items": items, "next": None, "revision": self.workspace.store.revision()}, human)
        else:
            human(items)

    def close(self) -> None:
        """Release the store, if it was opened."""
        if "workspace" in self.__dict__:
            self.workspace.close()


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """Register a command whose first parameter is a `Session`; it may return an exit code."""

    def register(function: Callable[..., int | None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]
        common = [
            inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for each, (annotation, default) in _COMMON.items()
        ]

        @functools.wraps(function)
        def run(**given: Any) -> None:
            session_options = {each: given.pop(each) for each in _COMMON}
            raise typer.Exit(_run(function, session_options, given))

        keyword_only = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
        run.__signature__ = signature.replace(parameters=[*keyword_only, *common])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in [*keyword_only, *common]}
        app.command(name)(run)
        return run

    return register


def json_text(data: Any) -> str:
    """Data as JSON for people and programs."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def print_written(session: Session, id_: str, receipt: Receipt) -> None:
    """What a commit did to one thing."""
    from brm.services import shapes

    shape = {"id": id_, **shapes.receipt(receipt)}
    session.output(shape, lambda shown: session.console.print(session.texts.text("plan.written", id=shown["id"])))


def exit_code(kind: type[BrmError], code: str) -> int:
    """What the program exits with after this error."""
    return _EXIT_OF_CODE.get(code) or next(each for known, each in _EXIT_CODES if issubclass(kind, known))


def _run(function: Callable[..., int | None], options: dict[str, Any], given: dict[str, Any]) -> int:
    session: Session | None = None
    try:
        session = Session(**options)
        return function(session, **given) or DONE
    except BrmError as error:
        _report(error, options["as_json"])
        return exit_code(type(error), error.code)
    finally:
        if session is not None:
            session.close()


def _report(error: BrmError, as_json: bool) -> None:
    if as_json:
        problem = {
            "code": error.code,
            "detail": error.message,
            "remedy": error.remedy or None,
            "errors": error.detail or None,
        }
        sys.stderr.write(json.dumps(problem, ensure_ascii=False, default=str) + "\n")
        return
    sys.stderr.write(f"{error.message}\n")
    if error.remedy:
        sys.stderr.write(f"→ {error.remedy}\n")


Language = Literal["zh-CN", "en"]
