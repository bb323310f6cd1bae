"""Effective influence in many decision chains at once (Friedkin-Johnsen).

Model: opinions settle at ``y = V s`` with ``V = (I - Lambda W)^-1 (I - Lambda)``; with decision
rights ``omega`` the chain's opinion is ``S = omega . y = I . s``, ``I = omega V``.
Rearranged: ``I = (I - Lambda) z`` with ``z = omega + (Lambda W)' z``, a contraction (Lambda < 1), so
all chains of a block-diagonal ``W`` are solved by one sparse fixed point; a single small chain is
solved exactly.

Properties: ``I`` sums to what ``omega`` sums to; moving one stance by d moves S by ``I_j * d``.
References: [1] Friedkin & Johnsen (1990), Social influence and opinions, J. Math. Sociol. 15(3-4),
193-206, eq. 5. [2] Proskurnikov & Tempo (2017), Annu. Rev. Control 43, 65-79, section 6.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from scoring.types import Floats, Ints

SMALL = 64
"""Chains up to this size are solved exactly when alone."""
TOLERANCE = 1e-16
MOST_ROUNDS = 2000


def listening_matrix(
    size: int, listener: Ints, speaker: Ints, weight: Floats, conflict: tuple[Ints, Ints], kept: float
) -> sparse.csr_array:
    """Row-stochastic W: who listens to whom.

    Edges of a pair add up and rows are normalised; a conflict then leaves ``kept`` of the pair's
    weight, both ways, and the person keeps the rest. Who listens to nobody listens to themself.
    """
    counted = weight > 0
    raw = sparse.coo_array((weight[counted], (listener[counted], speaker[counted])), shape=(size, size)).tocsr()
    total: Floats = np.asarray(raw.sum(axis=1)).ravel()
    scale = np.divide(1.0, total, out=np.zeros(size), where=total > 0)
    rows = np.repeat(np.arange(size), np.diff(raw.indptr))
    data = raw.data * scale[rows]
    a, b = conflict
    opposed = np.unique(np.concatenate([a * size + b, b * size + a]))
    hit = np.isin(rows * size + raw.indices.astype(np.int64), opposed)
    lost = np.bincount(rows[hit], weights=data[hit] * (1 - kept), minlength=size)
    data[hit] *= kept
    own = np.where(total > 0, lost, 1.0)
    heard = sparse.csr_array((data, raw.indices, raw.indptr), shape=(size, size))
    return sparse.csr_array(heard + sparse.diags_array(own, format="csr"))


def effective_influence(listening: sparse.csr_array, susceptibility: Floats, rights: Floats) -> Floats:
    """Influence of each person on their chain's decision, summing to 1 over each chain."""
    size = len(rights)
    pull = sparse.diags_array(susceptibility) @ listening
    if size <= SMALL:
        solved: Floats = np.linalg.solve(np.eye(size) - pull.toarray().T, rights) if size else rights
        return (1 - susceptibility) * solved
    return (1 - susceptibility) * _fixed_point(pull.T.tocsr(), rights)


def settled_opinions(listening: sparse.csr_array, susceptibility: Floats, stance: Floats) -> Floats:
    """The opinions ``V s`` that stances settle at; ``stance`` may have a column per vendor."""
    size = len(susceptibility)
    pull = sparse.diags_array(susceptibility) @ listening
    stubborn = (1 - susceptibility).reshape(-1, *([1] * (stance.ndim - 1))) * stance
    if size <= SMALL:
        solved: Floats = np.linalg.solve(np.eye(size) - pull.toarray(), stubborn) if size else stubborn
        return solved
    return _fixed_point(pull.tocsr(), stubborn)


def _fixed_point(pull: sparse.csr_array, start: Floats) -> Floats:
    total = start.copy()
    step = start
    for _ in range(MOST_ROUNDS):
        step = pull @ step
        total += step
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    return total
