"""The interface documentation as one page that loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2530}
h2{margin-top:2rem;border-bottom:1px solid #a3a9b3}
details{margin:.4rem 0;padding:.3rem .6rem;border:1px solid #dfe2e7;border-radius:.3rem}
summary{cursor:pointer}code{font:13px ui-monospace,monospace}b.m{display:inline-block;width:4.5rem;color:#2f78b7}
table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}
"""


def render(openapi: dict[str, Any]) -> str:
    """The page for an OpenAPI document, grouped by tag."""
    groups: dict[str, list[str]] = {}
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["service"])[0]
            groups.setdefault(tag, []).append(_operation(method, path, operation))
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(items)}" for tag, items in groups.items())
    info = openapi["info"]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])} interface</title>"
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('summary', ''))}</p>"
        f'<p>The whole description for programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>{body}</html>'
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(_parameter_rows(operation))
    table = f"<table><tr><th>parameter<th>in<th>meaning{parameters}</table>" if parameters else ""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = f"<p>Body: <code>{escape(_schema_name(content))}</code></p>" if content else ""
    answers = ", ".join(operation.get("responses", {}))
    summary = operation.get("description") or operation.get("summary", "")
    return (
        f"<details><summary><b class=m>{method.upper()}</b><code>{escape(path)}</code></summary>"
        f"<p>{escape(summary)}</p>{table}{body}"
        f"<p>Answers: {escape(answers)} · <code>{escape(operation['operationId'])}</code></p></details>"
    )


def _parameter_rows(operation: dict[str, Any]) -> Iterator[str]:
    for each in operation.get("parameters", []):
        meaning = each.get("description") or each.get("schema", {}).get("description") or ""
        yield f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}<td>{escape(meaning)}"


def _schema_name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", schema.get("title", schema.get("type", "object")))).rpartition("/")[2]
