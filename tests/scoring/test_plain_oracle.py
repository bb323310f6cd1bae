"""The vectorised scores equal the plain ones on random worlds."""

from __future__ import annotations

import pytest

from scoring import DEFAULTS, SCORERS, reduce_reference
from tests.scoring.plain_oracle import Plain
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
    plain = Plain(snapshot, reference, DEFAULTS)
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
