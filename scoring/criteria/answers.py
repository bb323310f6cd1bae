"""The answers to the twenty criteria and the four questions, for every vendor of every deal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.criteria.catalogue import CRITERIA, IDS, NEEDED, QUESTIONS, Criterion
from scoring.criteria.ground import Ground, ground_of
from scoring.machinery.beliefs import NO, UNKNOWN, YES, Beliefs, Items, Prior, answers, believed, items_about, joined
from scoring.machinery.evidence import OPINION
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Answers:
    """A row per deal and vendor, ordered by both; a column per criterion of `CRITERIA`, per question of `QUESTIONS`.

    ``answer`` and ``question_answer`` are `YES`, `UNKNOWN` or `NO`; ``claim`` is the latest opinion of a
    person, 0..1, NaN where nobody gave one; ``question`` is the mean belief, 0..1; ``beliefs`` hold the
    items behind each criterion.
    """

    deal: Ints
    vendor: Ints
    belief: Floats
    evidence: Floats
    answer: Ints
    claim: Floats
    question: Floats
    question_answer: Ints
    beliefs: tuple[Beliefs, ...]

    def row(self, deal: int, vendor: int) -> int:
        """The row of a vendor in a deal; KeyError where there is none."""
        rows = np.flatnonzero((self.deal == deal) & (self.vendor == vendor))
        if not len(rows):
            raise KeyError((deal, vendor))
        return int(rows[0])

    def blind_spots(self, row: int, parameters: Parameters) -> list[tuple[str, float]]:
        """The criteria without an answer with their weights, the weightiest first."""
        weights = {each.id: weight_of(each, parameters) for each in CRITERIA}
        unknown = [IDS[at] for at in np.flatnonzero(self.answer[row] == UNKNOWN)]
        return sorted(((each, weights[each]) for each in unknown if weights[each] > 0), key=lambda pair: -pair[1])


def weight_of(criterion: Criterion, parameters: Parameters) -> float:
    """The weight of a criterion in its question."""
    return float(getattr(parameters.criterion_weight, criterion.id))


def prior_of(criterion: Criterion, parameters: Parameters) -> Prior:
    """What is believed of a criterion without evidence."""
    given = parameters.criterion_prior
    return Prior(float(getattr(given, criterion.id)), given.strength)


def answers_of(
    snapshot: Snapshot, reference: Reference, parameters: Parameters, *, scopes: Ints | None = None
) -> Answers:
    """Answer all criteria and questions for us and every rival of each deal.

    Model: each criterion is a Beta belief (machinery.beliefs), moved by ``criterion:<id>`` observations about
    the deal towards the vendor and by what its query draws from the graph; yes if ``P > .65`` with
    ``n_eff >= 2``, no if ``P < .35`` with any evidence, else unknown. A question is the mean of its criteria
    by weight, yes above and no below the same bounds where at least ``criteria.answered`` of the weight is
    answered; the first is yes only if money and event are.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` are opportunity keys (default: all open ones).
    Returns: `Answers`, beliefs and questions in 0..1.
    Properties: a yes observed never lowers a belief nor a question, a no never raises one; a deal is
    answered alone as among all; without evidence every criterion is at its prior and unknown.
    Limits: criteria of one vendor count as independent; the graph says of rivals what was observed of them.
    References: domain.md section 6.
    """
    return answers_on(ground_of(snapshot, reference, parameters, scopes))


def answers_on(ground: Ground) -> Answers:
    """The same on a ground that is there already, row by row."""
    snapshot, parameters = ground.snapshot, ground.parameters
    beliefs, claims = [], []
    for each in CRITERIA:
        told = items_about(snapshot, each.kind, ground.deal, None if each.side == "deal" else ground.vendor, parameters)
        beliefs.append(believed(joined(told, each.query(ground)), len(ground), prior_of(each, parameters)))
        claims.append(_claims(snapshot, told, len(ground)))
    answer = np.column_stack([answers(each, parameters) for each in beliefs])
    belief = np.column_stack([each.mean for each in beliefs])
    question, question_answer = _questions(belief, answer, parameters)
    return Answers(
        deal=ground.deal,
        vendor=ground.vendor,
        belief=belief,
        evidence=np.column_stack([each.evidence for each in beliefs]),
        answer=answer,
        claim=np.column_stack(claims),
        question=question,
        question_answer=question_answer,
        beliefs=tuple(beliefs),
    )


def _claims(snapshot: Snapshot, told: Items, size: int) -> Floats:
    """The latest opinion by row; of equally old ones the lowest."""
    nodes = snapshot.nodes["observation"]
    at = nodes.rows(told.observation)
    opinion = np.flatnonzero(nodes["source_class"][at] == OPINION) if len(nodes) else at[:0]
    order = opinion[np.lexsort((-told.value[opinion], nodes["at"][at[opinion]]))] if len(opinion) else opinion
    found = np.full(size, np.nan)
    # of several written to one place the last stays
    found[told.row[order]] = told.value[order]
    return found


def _questions(belief: Floats, answer: Ints, parameters: Parameters) -> tuple[Floats, Ints]:
    given = parameters.likelihood
    weight = np.array([weight_of(each, parameters) for each in CRITERIA])
    value, found = np.empty((len(belief), len(QUESTIONS))), np.empty((len(belief), len(QUESTIONS)), dtype=np.int64)
    for place, question in enumerate(QUESTIONS):
        mine = np.flatnonzero([each.question == question for each in CRITERIA])
        share = weight[mine] / max(weight[mine].sum(), 1e-300)
        value[:, place] = belief[:, mine] @ share
        known = (answer[:, mine] != UNKNOWN) @ share >= parameters.criteria.answered - 1e-12
        needed = answer[:, [IDS.index(each) for each in NEEDED.get(question, ())]]
        yes = known & (value[:, place] > given.yes) & (needed == YES).all(axis=1)
        no = known & (value[:, place] < given.no)
        found[:, place] = np.where(yes, YES, np.where(no, NO, UNKNOWN))
    return value, found
