"""Bringing a store to this program's schema."""

from __future__ import annotations

import time

import structlog

from brm.principal import Principal
from brm.store.protocol import Migration, Store

log = structlog.get_logger()


def migrate(store: Store, principal: Principal, *, dry_run: bool = False) -> Migration:
    """Carry out the steps that the store has not seen, or with a dry run only name them."""
    principal.require("admin")
    began = time.perf_counter()
    done = store.migrate(dry_run=dry_run)
    log.info(
        "migration", engine=store.url.partition(":")[0], steps=list(done.steps), applied=done.applied,
        seconds=round(time.perf_counter() - began, 3),
    )  # fmt: skip
    return done
