"""The vectorised scores equal the plain ones on random worlds."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import DEFAULTS, SCORERS, US, reduce_reference
from scoring.machinery.capital import job_roles
from scoring.machinery.touches import meetings_of
from tests.scoring.plain_accounts import PlainAccounts
from tests.scoring.random_worlds import random_world
from tests.worlds.named import WORLDS


@pytest.mark.parametrize("seed", range(30))
def test_random_worlds(seed: int) -> None:
    compare(random_world(seed).snapshot())


@pytest.mark.parametrize("name", WORLDS)
def test_named_worlds(name: str) -> None:
    compare(WORLDS[name]().snapshot())


def compare(snapshot: object) -> None:
    reference = reduce_reference(snapshot, DEFAULTS)
    plain = PlainAccounts(snapshot, reference, DEFAULTS)
    rival = int(snapshot.edges["competes"].source[0]) if len(snapshot.edges["competes"]) else None
    for vendor in {None, rival}:
        frame = SCORERS["key_person"].score(snapshot, reference, DEFAULTS, vendor=vendor)
        for i in range(len(frame)):
            row = int(frame.subject[i]), int(frame.vendor[i]), int(frame.scope[i])
            assert plain.key_person(*row) == pytest.approx(frame.score[i], abs=1e-9), row
    frame = SCORERS["decision_chain"].score(snapshot, reference, DEFAULTS)
    for i in range(len(frame)):
        found = plain.decision_chain(int(frame.subject[i]), int(frame.vendor[i]))
        assert found["score"] == pytest.approx(frame.score[i], abs=1e-9)
        assert found["support"] == pytest.approx(frame.columns["support"][i], abs=1e-12)
    compare_accounts(snapshot, reference, plain)


def compare_accounts(snapshot: object, reference: object, plain: PlainAccounts) -> None:
    accounts = []
    for kind in ("customer", "our_company", "competitor"):
        for vendor in {None, US} if kind == "competitor" else {None}:
            frame = SCORERS[kind].score(snapshot, reference, DEFAULTS, vendor=vendor)
            for i in range(len(frame)):
                scope = int(frame.scope[i])
                given = (scope, int(frame.vendor[i])) if kind == "competitor" else (scope,)
                found = getattr(plain, kind)(*given)
                assert found == pytest.approx(frame.score[i], abs=1e-9), (kind, *given)
            accounts = frame.subject.tolist() if kind == "customer" else accounts
    frame = SCORERS["employee"].score(snapshot, reference, DEFAULTS)
    roles = dict(zip(meetings_of(snapshot).colleagues.tolist(), job_roles(snapshot).tolist(), strict=True))
    for i in range(len(frame)):
        colleague = int(frame.subject[i])
        worth = plain.worth(colleague, accounts)
        assert worth == pytest.approx(frame.columns["capital"][i], abs=1e-9)
        most = max((plain.dependence(account)[colleague] for account in accounts), default=0.0)
        assert most == pytest.approx(frame.columns["dependence"][i], abs=1e-9)
        rank, _ = reference.ranked(np.array([roles[colleague]]), np.array([worth]))
        assert np.isnan(frame.score[i]) or rank[0] == pytest.approx(frame.score[i], abs=1e-9)
