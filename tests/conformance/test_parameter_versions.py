"""Versions of the parameters on every engine: saved once, activated in order, carried by an export."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from brm.errors import Conflict
from brm.principal import local_admin
from brm.services import parameters
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import Store
from graph_schema.changes import ChangeSet, RecordChange

ADMIN = local_admin()
SETTINGS = Settings(tz="Asia/Shanghai")


def test_what_rules_is_the_last_activation_also_after_an_export(
    open_empty: Callable[[], Store], reference: Store
) -> None:
    workspace, other = Workspace(open_empty(), SETTINGS), Workspace(reference, SETTINGS)
    for video in (1.0, 1.5):
        parameters.save(workspace, ADMIN, {"tie.video": video}, note=f"video {video}")
    seen = [workspace.parameter_set.version]
    for version in ("3", "2", "1", "2"):
        parameters.activate(workspace, ADMIN, version)
        seen.append(workspace.parameter_set.version)
    assert seen == ["1", "3", "2", "1", "2"]
    other.store.load(workspace.store.export())
    assert other.parameter_set == workspace.parameter_set
    assert parameters.listed(other, ADMIN) == parameters.listed(workspace, ADMIN)
    assert parameters.history(other, ADMIN) == parameters.history(workspace, ADMIN)


def test_a_number_that_somebody_else_just_took_is_not_written_over(store: Store) -> None:
    workspace = Workspace(store, SETTINGS)
    made = parameters.save(workspace, ADMIN, {"tie.video": 1.0})
    body = {"version": "2", "digest": "0", "values": {}, "base": "1", "author": "b", "created_at": 1}
    late = ChangeSet(
        actor="b", source="parameters", records=(RecordChange("parameter_set", "2", body),),
        idempotency_key="parameter_set/2",
    )  # fmt: skip
    with pytest.raises(Conflict):
        store.apply(late)
    assert parameters.shown(workspace, ADMIN, "2", changed=True)["author"] == made["author"]
