"""A server on an empty store in memory, and the same with tokens configured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from brm.principal import local_admin
from brm.services import tokens
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import Store


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory://")
    yield opened
    opened.close()


@pytest.fixture
def settings() -> Settings:
    return Settings(store="memory://", lang="en", tz="Asia/Shanghai")


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Made once, since making every route's models takes half a second; each test gives it its store."""
    return create_app(Settings(store="memory://"), open_store("memory://"))


@pytest.fixture
def client(app: FastAPI, store: Store, settings: Settings) -> Iterator[TestClient]:
    app.state.workspace = Workspace(store, settings)
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def secrets(store: Store) -> dict[str, str]:
    """One token per scope; from then on the server asks for one."""
    return {scope: tokens.create(store, local_admin(), scopes=(scope,)).secret for scope in ("read", "write", "admin")}


@pytest.fixture
def guarded(client: TestClient, secrets: dict[str, str]) -> TestClient:
    """The client without a token of its own, where tokens exist."""
    return client
