"""Read a mapping file, refusing what it cannot mean with file, key and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from brm.errors import InvalidInput
from brm.ingest.cells import UNITS, parser
from brm.ingest.mapping import Condition, Entry, FilePlan, SourceMapping, Value
from brm.ingest.templates import FILTERS, Template
from graph_schema import Property, TypeSpec, registry
from graph_schema.values import ValueProblem

_FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx"}
_FILE_KEYS = ("path", "format", "encoding", "delimiter", "sheet", "ignore", "replace", "node", "edge")
_ENTRY_KEYS = ("type", "when", "valid_from", "valid_to", "known", "repeat", "properties")
_VALUE_KEYS = ("column", "constant", "template", "format", "since", "step", "pattern", "map", "otherwise", "unit",
               "currency", "currency_column", "split", "thousands", "decimal", "absent", "bad")  # fmt: skip
_STAMP_KEYS = ("column", "format", "since", "step", "pattern", "absent", "bad")
STEPS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "seconds": timedelta(seconds=1),
         "milliseconds": timedelta(milliseconds=1)}  # fmt: skip


class _Refuse:
    """Builds the errors of one mapping file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def error(self, key: str, message: str, remedy: str) -> InvalidInput:
        return InvalidInput(f"{self.name}: {key}: {message}", remedy=remedy, code="bad_mapping",
                            file=self.name, key=key)  # fmt: skip

    def keys(self, table: Mapping[str, Any], allowed: tuple[str, ...], key: str) -> None:
        for name in table:
            if name not in allowed:
                near = get_close_matches(name, allowed, 1)
                hint = f"Did you mean {near[0]!r}? " if near else ""
                raise self.error(f"{key}.{name}", "unknown key", f"{hint}Allowed are {', '.join(allowed)}.")

    def word(self, value: Any, allowed: tuple[str, ...], key: str) -> Any:
        if value not in allowed:
            near = get_close_matches(str(value), allowed, 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise self.error(key, f"{value!r} is not allowed", f"{hint}Use one of {', '.join(allowed)}.")
        return value

    def tables(self, value: Any, key: str) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.error(
                key, "a list of tables is needed", f"Write [[{key.partition('[')[0]}]] with double brackets."
            )
        return value

    def texts(self, value: Any, key: str) -> list[str]:
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.error(key, f"{value!r} is not a text or a list of texts", "Put it in quotation marks.")
        return found

    def kind(self, value: Any, wanted: type, key: str) -> Any:
        if not isinstance(value, wanted):
            raise self.error(key, f"{value!r} is not a {wanted.__name__}", f"Write a {wanted.__name__}.")
        return value


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with the package."""
    folder = resources.files("brm.ingest") / "mappings"
    return tuple(sorted(each.name[:-5] for each in folder.iterdir() if each.name.endswith(".toml")))


def read_mapping(name: str | Path) -> SourceMapping:
    """The mapping in a file, or the shipped one of that name; InvalidInput when it is not usable."""
    if str(name) in shipped_mappings():
        text = (resources.files("brm.ingest") / "mappings" / f"{name}.toml").read_text("utf-8")
        return parse_mapping(text, f"{name}.toml")
    path = Path(name)
    try:
        return parse_mapping(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        shipped = ", ".join(shipped_mappings())
        raise InvalidInput(f"The mapping {path.name} cannot be read: {error}", code="bad_mapping",
                           remedy=f"Give a UTF-8 TOML file, or a shipped mapping: {shipped}.") from None  # fmt: skip


def parse_mapping(text: str, name: str) -> SourceMapping:
    """The mapping in this text; InvalidInput names the key that is wrong."""
    refuse = _Refuse(name)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refuse.error("TOML", str(error), "Correct the syntax at that place.") from None
    refuse.keys(tree, ("name", "source", "note", "file"), "top level")
    files = refuse.kind(tree.get("file", []), list, "file")
    if not files:
        raise refuse.error("file", "no file is described", "Add a [[file]] table with a path and nodes or edges.")
    plans = tuple(_file(refuse, each, f"file[{number}]") for number, each in enumerate(refuse.tables(files, "file"), 1))
    title = refuse.kind(tree.get("name", Path(name).stem), str, "name")
    return SourceMapping(title, refuse.kind(tree.get("source", title), str, "source"), plans, text)


def _file(refuse: _Refuse, table: Mapping[str, Any], key: str) -> FilePlan:
    refuse.keys(table, _FILE_KEYS, key)
    path = table.get("path")
    if not isinstance(path, str) or not path or path.startswith("/") or ".." in path:
        raise refuse.error(f"{key}.path", "a path inside the folder is needed", 'Write e.g. path = "accounts.csv".')
    form = table.get("format") or _FORMATS.get(Path(path).suffix.lower(), "csv")
    entries = [
        _entry(refuse, each, sort, f"{key}.{sort}[{at}]")
        for sort in ("node", "edge")
        for at, each in enumerate(refuse.tables(table.get(sort, []), f"{key}.{sort}"), 1)
    ]
    if not entries:
        raise refuse.error(key, "nothing is built from this file", "Add [[file.node]] or [[file.edge]] tables.")
    return FilePlan(
        path=path,
        format=refuse.word(form, ("csv", "jsonl", "xlsx"), f"{key}.format"),
        entries=tuple(entries),
        encoding=table.get("encoding"),
        delimiter=table.get("delimiter"),
        sheet=table.get("sheet"),
        replace={
            column: refuse.kind(words, dict, f"{key}.replace.{column}")
            for column, words in refuse.kind(table.get("replace", {}), dict, f"{key}.replace").items()
        },
        ignored=frozenset(refuse.texts(table.get("ignore", []), f"{key}.ignore")),
    )


def _entry(refuse: _Refuse, table: Mapping[str, Any], sort: Any, key: str) -> Entry:
    types = registry().nodes if sort == "node" else registry().edges
    spec = types[refuse.word(table.get("type"), tuple(types), f"{key}.type")]
    ends = ("id",) if sort == "node" else ("from", "to")
    refuse.keys(table, (*_ENTRY_KEYS, *ends), key)
    given = refuse.kind(table.get("properties", {}), dict, f"{key}.properties")
    properties = {name: _property(refuse, spec, name, each, f"{key}.properties.{name}") for name, each in given.items()}
    required = {prop.name for prop in spec.properties.values() if prop.required}
    if sort == "edge" and not required <= properties.keys():
        missing = min(required - properties.keys())
        raise refuse.error(f"{key}.properties", f"{spec.name} needs {missing}", f"Add {missing} = … to its properties.")
    known = table.get("known", "valid_from")
    return Entry(
        type=spec.name,
        sort=sort,
        ids=tuple(_template(refuse, table.get(end), f"{key}.{end}") for end in ends),
        properties=properties,
        when=_conditions(refuse, table.get("when", []), f"{key}.when"),
        valid_from=_stamp(refuse, table.get("valid_from"), f"{key}.valid_from"),
        valid_to=_stamp(refuse, table.get("valid_to"), f"{key}.valid_to"),
        known=known if known in ("valid_from", "import") else _stamp(refuse, known, f"{key}.known") or "valid_from",
        repeat=refuse.word(table.get("repeat", "reject"), ("reject", "first"), f"{key}.repeat"),
        creates=required <= properties.keys(),
    )


def _template(refuse: _Refuse, text: Any, key: str, blanks: bool = False) -> Template:
    template = Template(text, blanks=blanks) if isinstance(text, str) else None
    if template is None or not template.text:
        raise refuse.error(key, "an id template is needed", 'Write e.g. "source:person/{name}".')
    for _, name in template.fields:
        if name and name not in FILTERS:
            raise refuse.error(key, f"unknown filter {name!r}", f"Use one of {', '.join(FILTERS)}.")
    rest = template.text
    for column, name in template.fields:
        rest = rest.replace(f"{{{column}|{name}}}" if name else f"{{{column}}}", "")
    if "{" in rest or "}" in rest or (not blanks and any(letter.isspace() for letter in rest)):
        raise refuse.error(key, "braces do not match, or there is white space", "Write {column} or {column|filter}.")
    return template


def _conditions(refuse: _Refuse, given: Any, key: str) -> tuple[Condition, ...]:
    found = []
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, str):
            found.append(Condition(each))
            continue
        refuse.kind(each, dict, key)
        refuse.keys(each, ("column", "is", "not", "filled"), key)
        column = refuse.kind(each.get("column"), str, f"{key}.column")
        words = each.get("is", each.get("not"))
        chosen = None if words is None else frozenset(refuse.texts(words, key))
        found.append(Condition(column, chosen, "not" in each or each.get("filled") is False))
    return tuple(found)


def _stamp(refuse: _Refuse, given: Any, key: str) -> Value | None:
    if given is None:
        return None
    if isinstance(given, dict):
        refuse.keys(given, _STAMP_KEYS, key)
    return _value(refuse, given, key)


def _property(refuse: _Refuse, spec: TypeSpec, name: str, given: Any, key: str) -> Value:
    refuse.word(name, tuple(spec.properties), key)
    prop: Property = spec.properties[name]
    value = _value(refuse, given, key, blanks=prop.kind != "ref")
    if value.constant is not None and not prop.vocabulary:
        try:
            parser(prop, value, UTC)(value.constant)
        except ValueProblem as problem:
            raise refuse.error(key, str(problem), "Correct the constant.") from None
    allowed = prop.words if prop.vocabulary else ()
    words = list((value.words or {}).values())
    if isinstance(value.constant, str | list):
        words += [value.constant] if isinstance(value.constant, str) else value.constant
    for word in words if allowed else ():
        if word:
            refuse.word(word, allowed, key)
    return value


def _pattern(refuse: _Refuse, text: Any, key: str) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(refuse.kind(text, str, key))
    except re.error as error:
        raise refuse.error(key, str(error), "Correct the regular expression.") from None


def _since(refuse: _Refuse, given: Any, key: str) -> date | None:
    if given is None:
        return None
    try:
        found = date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, date) or isinstance(found, datetime):
        raise refuse.error(key, f"{given!r} is not a day", 'Write a day, e.g. since = "1970-01-01".')
    return found


def _value(refuse: _Refuse, given: Any, key: str, blanks: bool = False) -> Value:
    if isinstance(given, str):
        return Value(column=given)
    refuse.kind(given, dict, key)
    refuse.keys(given, _VALUE_KEYS, key)
    if sum(name in given for name in ("column", "constant", "template")) != 1:
        raise refuse.error(key, "one of column, constant or template is needed", "Name the column to read.")
    unit = given.get("unit", 1)
    if isinstance(unit, str) and unit not in UNITS:
        raise refuse.error(f"{key}.unit", f"unknown unit {unit!r}", f"Use a number or one of {', '.join(UNITS)}.")
    for name in ("column", "currency", "currency_column", "split", "thousands", "decimal"):
        refuse.kind(given.get(name, ""), str, f"{key}.{name}")
    words = given.get("map")
    return Value(
        column=given.get("column"),
        constant=given.get("constant"),
        template=_template(refuse, given["template"], f"{key}.template", blanks) if "template" in given else None,
        formats=tuple(refuse.texts(given.get("format", []), f"{key}.format")),
        since=_since(refuse, given.get("since"), f"{key}.since"),
        step=STEPS[refuse.word(given.get("step", "days"), tuple(STEPS), f"{key}.step")],
        pattern=_pattern(refuse, given.get("pattern"), f"{key}.pattern"),
        words=None if words is None else refuse.kind(words, dict, f"{key}.map"),
        otherwise=refuse.word(given.get("otherwise", "keep"), ("keep", "reject", "absent"), f"{key}.otherwise"),
        factor=UNITS[unit] if isinstance(unit, str) else str(unit),
        currency=given.get("currency"),
        currency_column=given.get("currency_column"),
        split=given.get("split", ";"),
        thousands=given.get("thousands", ","),
        decimal=given.get("decimal", "."),
        absent=frozenset(refuse.texts(given.get("absent", []), f"{key}.absent")),
        bad=refuse.word(given.get("bad", "reject"), ("reject", "absent"), f"{key}.bad"),
    )
