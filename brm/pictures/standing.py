"""Where a deal stands in its process, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brm.pictures import Shape

if TYPE_CHECKING:
    from brm.i18n import Catalogue


def stage_line(shape: Shape, texts: Catalogue) -> str:
    """The stage, since when, and how long is usual."""
    dwell = shape["dwell"]
    if dwell is None:
        return texts.text("process.no_stage")
    return texts.text(
        "process.stage",
        stage=texts.word("stage", shape["stage"]),
        day=shape["stays"][-1]["since"] or "—",
        days="—" if dwell["days"] is None else dwell["days"],
        usual=dwell["usual_days"],
        basis=texts.text(f"process.basis.{dwell['basis']}", n=dwell["n"]),
    )


def stuck_line(shape: Shape, texts: Catalogue) -> str | None:
    """That the deal is stuck, if it is."""
    return texts.text("process.stuck") if shape["dwell"] is not None and shape["dwell"]["stuck"] else None


def close_line(shape: Shape, texts: Catalogue) -> str | None:
    """When the decision is expected, where a stage and a day are known."""
    close = shape["expected_close"]
    if shape["dwell"] is None or close["day"] is None:
        return None
    if close["passed_days"]:
        return texts.text("process.close_passed", day=close["day"], days=close["passed_days"])
    if close["moved_days"]:
        return texts.text("process.close_moved", day=close["day"], days=close["moved_days"])
    return texts.text("process.close", day=close["day"])


def tier_line(shape: Shape, texts: Catalogue) -> str | None:
    """The tier on record beside the one proposed, and the route."""
    tier = shape["tier"]
    if tier is None:
        return None
    given = {name: tier[name] or "—" for name in ("recorded", "proposed")}
    return texts.text("process.tier", **given, route=tier["text"])


def team_lines(shape: Shape, texts: Catalogue) -> list[str]:
    """Who looks after the deal."""
    return [_member(each, texts) for each in shape["team"]]


def work_lines(shape: Shape, texts: Catalogue) -> list[str]:
    """Open requests and promises."""
    return [_work(each, texts) for each in shape["open_work"]]


def _member(each: Shape, texts: Catalogue) -> str:
    given = {"name": each["person"]["name"], "role": texts.word("team_role", each["role"])}
    part = each["part"]
    member = texts.text("process.member_part", **given, part=part) if part else texts.text("process.member", **given)
    return texts.text("process.backup", member=member) if each["backup"] else member


def _work(each: Shape, texts: Catalogue) -> str:
    given = {
        "action": each["action"]["name"],
        "owner": each["owner"]["name"] if each["owner"] else texts.text("process.nobody"),
        "due": each["due"] or texts.text("process.no_day"),
    }
    if each["promised_to"]:
        line = texts.text("process.promise", **given, person=each["promised_to"]["name"])
    else:
        line = texts.text("process.request", **given)
    return texts.text("process.late", line=line, days=each["days_late"]) if each["days_late"] else line
