"""The catalogues: the same messages in both languages, none missing, none unused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from brm.cli.customers import COLUMNS as CUSTOMER_COLUMNS
from brm.cli.customers import PARTS as GRADE_COLUMNS
from brm.cli.customers import SHARES
from brm.cli.drafting import HEAD as DRAFTS
from brm.cli.drafting import SCORE as EFFECTS
from brm.cli.evaluating import METRICS
from brm.cli.evaluating import SCORES as WIN_SCORES
from brm.cli.focusing import HELD, MOVED, PORTRAITS, PROFILES, TESTED
from brm.cli.focusing import VARIED as VARIED_WEIGHTS
from brm.cli.parameters import DESCRIBED, HEAD, MOVER, VARIED
from brm.cli.reviewing import HEAD as REVIEWS
from brm.cli.reviewing import MOVED as FOLLOWED
from brm.documents.customer_document import COLUMNS as SHARED_COLUMNS
from brm.documents.plan_deck import PARTS as PLAN_PARTS
from brm.documents.plan_document import COLUMNS as PLAN_COLUMNS
from brm.guidance.candidates import ACTIONS
from brm.guidance.rules import RULES
from brm.i18n import LANGUAGES, catalogue, placeholders
from brm.ingest.rejects import REMEDIES
from brm.network.asks import ASKS
from brm.network.day import KINDS as DAY_KINDS
from brm.network.occasions import KINDS as OCCASIONS
from brm.pictures.brief import COLUMNS as BRIEF_COLUMNS
from brm.pictures.coverage_book import PERSON, SEAT, TIE
from brm.pictures.heat_book import FACTS, NUMBERS
from brm.pictures.one_line import ANSWERS
from brm.pictures.palette import STANCES
from brm.pictures.trend_book import RUNS, WEEKLY, WHO
from brm.pictures.waterfall import DIRECTIONS
from brm.plans.effects import STATES as EFFECT_STATES
from brm.plans.plan import AMOUNTS as PLAN_AMOUNTS
from brm.plans.plan import CLAIMS
from brm.plans.plan import FACTS as PLAN_FACTS
from brm.services.doctor import CHECKS
from brm.services.drafts import SCOPES
from brm.services.journey import KINDS as JOURNEY
from brm.services.moved import LABELLED, TOLD_FIELDS
from brm.services.proposing import ENDING
from brm.services.proposing import KINDS as PROPOSALS
from brm.services.rendering import NO_COMPANY, NOTICED, UNNAMED_PLAYS
from brm.services.trying import STABILITIES
from brm.services.whatif import APPLIES, STATES
from brm.services.win_evaluating import BASELINES, VERDICTS
from graph_schema.vocabulary import VOCABULARIES
from scoring.causes import CAUSES
from scoring.criteria.catalogue import IDS as CRITERIA
from scoring.criteria.catalogue import QUESTIONS
from scoring.deal_worth import MARGIN, RATE, UNKNOWN
from scoring.gaps import KINDS as GAPS
from scoring.grading.grades import ENTRY
from scoring.grading.lists import CONDITIONS, LISTS
from scoring.grading.priors import BASES
from scoring.grading.profiles import PARTS, SHIPPED
from scoring.handover import REASONS
from scoring.likelihood import PRIOR
from scoring.machinery.control_points import POINTS
from scoring.machinery.gates import GATES
from scoring.machinery.parts import RISK
from scoring.moves import TOLD_EDGES, TOLD_NODES
from scoring.network.judgements import KINDS as JUDGED
from scoring.network.judgements import REASONS as FADING
from scoring.network.ties import LEVELS
from scoring.process.checks import PROJECT_CHECKS
from scoring.process.steps import ROUTES, STEPS
from scoring.registry import RELATIONSHIPS, SCORERS
from scoring.stated_ties import MEASURES
from tests.current.problem_codes import refusals, sources

ROOT = Path(__file__).parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")
SAME_IN_ALL_LANGUAGES = {f"word.deal_tier.{tier}" for tier in "ABCDE"}
FAMILIES = {
    "band.": ("cold", "warm", "hot"),
    "doctor.": tuple(f"{check}.{part}" for check in CHECKS for part in ("ok", "bad", "remedy")),
    "kind.": tuple(SCORERS),
    "notice.": NOTICED,
    "cause.": CAUSES,
    "params.": STABILITIES,
    "params.column.": (*HEAD, "at", "actor", *DESCRIBED, "before", "after", *MOVER, *VARIED),
    "evaluate.": METRICS,
    "evaluate.ties.": MEASURES,
    "evaluate.win.": ("forecast", *WIN_SCORES, "from", "foretold", "happened", *VERDICTS),
    "evaluate.win.is.": ("likelihood", "share", *BASELINES),
    "evaluate.win.verdict.": VERDICTS,
    "cli.token_": ("created", "kept", "replaced", "revoked"),
    "assets.": ("colleague", "role", "capital", "alone", "ties", "dependence", "rank", "complete"),
    "facts.": ("new", "gone", "revised"),
    "gap.": GAPS,
    "handover.": REASONS,
    "heat.kind.": RELATIONSHIPS,
    "gate.": tuple(gate for gate in GATES if gate),
    "field.": NO_COMPANY,
    "deal.label.": (PRIOR,),
    "control.": POINTS,
    "play.": ACTIONS,
    "guide.why.": ACTIONS,
    "guide.assumption.": (
        *(f"effect_{action}" for action in ACTIONS),
        *(f"margin_{basis}" for basis in (MARGIN, RATE, UNKNOWN)),
        "success_expert",
        "success_learnt",
        "close_dated",
        "close_assumed",
    ),
    "answer.": ("yes", "no", "unknown"),
    "journey.": tuple(each for each in JOURNEY if each not in ("touchpoint", "lifecycle", "deal_closed")),
    "plan.": PLAN_PARTS,
    "plan.fact.": (*PLAN_FACTS, *PLAN_AMOUNTS),
    "plan.claimed.": CLAIMS,
    "plan.column.": tuple({name.partition(":")[0] for names in PLAN_COLUMNS.values() for name in names}),
    "plan.unit.": ("offerings", "points"),
    "plan.effect.": EFFECT_STATES,
    "shared.column.": tuple({name for names in SHARED_COLUMNS.values() for name in names}),
    "picture.legend.": tuple(name for name, _ in DIRECTIONS),
    "picture.legend.control_": ANSWERS,
    "brief.": BRIEF_COLUMNS,
    "deal.": ("raw", "gated"),
    "level.": ("1", "2", "3", "4", "5", "unknown"),
    "trend.": ("subject", "scope", "weeks", "score", "band"),
    "type.": (*TOLD_NODES, *TOLD_EDGES, *LABELLED),
    "property.": TOLD_FIELDS,
    "picture.stance.": tuple(look.code for look in STANCES),
    "severity.": ("high", "medium", "low"),
    "sheet.": tuple({*FACTS, *NUMBERS, *PERSON, *SEAT, *TIE, *WEEKLY, *RUNS, *WHO}),
    "path.hop.": ("tie", "knows", "reports", "colleague", "partner", "supply", "group"),
    "network.link.": VOCABULARIES["supply_kind"],
    "network.group.": ("part_of", "sister"),
    "network.customer.": ("kind", "deal", "tie", "chain", "none"),
    "network.column.": ("company", "link", "customer", "score", "tie"),
    "question.": QUESTIONS,
    "check.project.": PROJECT_CHECKS,
    "step.": STEPS,
    "route.": tuple(set(ROUTES.values())),
    "process.basis.": ("stage", "account", "assumed"),
    "process.paper.": ("contract", "delivery", "payment", "ticket"),
    "criterion.": (*CRITERIA, *(f"{id_}.ask" for id_ in CRITERIA)),
    "criteria.": ("vendor", "fit", "closeness", "threat"),
    "reject.": (*REMEDIES, "row"),
    "remedy.": (*REMEDIES, "row"),
    "whatif.": (*PROPOSALS, *(f"{each}_ends" for each in ENDING)),
    "whatif.state.": tuple(each for each in STATES if each != APPLIES),
    "whatif.scope.": SCOPES,
    "whatif.column.": (*DRAFTS, *EFFECTS),
    "review.column.": (*REVIEWS, *FOLLOWED),
    "customers.column.": tuple(
        {
            *CUSTOMER_COLUMNS,
            *SHARES,
            *GRADE_COLUMNS,
            *PROFILES,
            *MOVED,
            *VARIED_WEIGHTS,
            *PORTRAITS,
            *HELD,
            *TESTED,
            "why",
            "cumulative",
        }
    ),
    "value.basis.": BASES,
    "grade.part.": PARTS,
    "grade.entry.": ENTRY,
    "grade.risk.": RISK,
    "list.": LISTS,
    "list.why.": CONDITIONS,
    "focus.name.": tuple(SHIPPED),
    "portrait.": ("matched", "others"),
    "day.": (
        "promise",
        "action",
        "touch.account",
        "touch.person",
        *(f"tie.{level}" for level in LEVELS),
        *(f"judgement.{kind}" for kind in JUDGED),
        *(f"occasion.{kind}" for kind in OCCASIONS),
    ),
    "day.ask.": ASKS,
    "day.kind.": DAY_KINDS,
    "day.reason.": FADING,
}
"""Codes that are put together at run time: the fixed head, and what may follow."""


def _called_with() -> Iterator[ast.expr]:
    """The first argument of every call of ``….text(…)`` in the source, and both branches of a choice."""
    for _, module in sources("brm", "api"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text":
                code = node.args[0]
                yield from (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,)


def _literal_codes() -> set[str]:
    return {str(each.value) for each in _called_with() if isinstance(each, ast.Constant)}


def _built_heads() -> set[str]:
    """What the codes put together at run time begin with."""
    return {
        str(each.values[0].value)
        for each in _called_with()
        if isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant)
    }


def _warning_codes() -> set[str]:
    """The codes of everything an import keeps with a warning: ``warnings.add(code, message, where)``."""
    return {
        str(node.args[0].value)
        for _, module in sources("brm")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add"
        if len(node.args) >= 3 and isinstance(node.args[0], ast.Constant)
    }


def _used() -> set[str]:
    words = {f"word.{vocabulary}.{word}" for vocabulary, words in VOCABULARIES.items() for word in words}
    factors = {code for scorer in SCORERS.values() for code in scorer.codes}
    placeholder = {f"{code}_everybody" for code in factors if code.endswith(".placeholder")}
    rules = {f"finding.{rule.id}.{part}" for rule in RULES for part in ("title", "why")}
    plays = {f"play.{rule.play}" for rule in RULES} | {f"play.{play}_unnamed" for play in UNNAMED_PLAYS}
    warnings = {f"warning.{code}" for code in _warning_codes()}
    refused = {f"{head}.{each.code}" for each in refusals() if not each.error for head in ("reject", "remedy")}
    optional = refused & set(catalogue("en").messages)
    families = {f"{head}{tail}" for head, tails in FAMILIES.items() for tail in tails}
    return words | factors | placeholder | rules | plays | families | warnings | optional | _literal_codes()


def test_both_languages_have_the_same_messages() -> None:
    chinese, english = (catalogue(language).messages for language in LANGUAGES)
    assert set(chinese) == set(english)


def test_every_message_has_the_same_placeholders_in_both() -> None:
    chinese, english = (catalogue(language).messages for language in LANGUAGES)
    differing = {code for code in chinese if placeholders(chinese[code]) != placeholders(english[code])}
    assert differing == set()


def test_every_used_code_has_a_message_and_every_message_is_used() -> None:
    known, used = set(catalogue("en").messages), _used()
    assert (sorted(used - known), sorted(known - used)) == ([], [])


def test_every_code_that_is_put_together_belongs_to_a_known_family() -> None:
    assert _built_heads() == {*FAMILIES, "finding.", "play.", "warning."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_defined_twice(language: str) -> None:
    path = ROOT / "brm" / "i18n" / "locales" / f"{language.replace('-', '_')}.po"
    text = path.read_text(encoding="utf-8")
    codes = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(codes) == len(set(codes)) == len(catalogue(language).messages)  # type: ignore[arg-type]
    with path.open("rb") as file:
        assert [str(each.id) for each in read_po(file) if each.id and not each.string] == []


def _words_of(message: str) -> str:
    """A message without its placeholders and without what is typed at the command line."""
    return re.sub(r"\{[^}]*\}|--[a-z-]+ [A-Z]+|brm [a-z -]+", "", message)


def test_chinese_texts_are_chinese() -> None:
    texts = catalogue("zh-CN").messages
    foreign = {
        code
        for code, text in texts.items()
        if code not in SAME_IN_ALL_LANGUAGES and re.search(r"\w", _words_of(text)) and not CHINESE.search(text)
    }
    assert foreign == set()


def test_english_texts_hold_no_chinese() -> None:
    assert [code for code, text in catalogue("en").messages.items() if CHINESE.search(text)] == []


def test_no_english_sentence_is_left_in_chinese_advice() -> None:
    texts = catalogue("zh-CN").messages
    left = {code: text for code, text in texts.items() if re.search(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}", _words_of(text))}
    assert left == {}


def test_labels_of_a_vocabulary_differ_from_each_other() -> None:
    for language in LANGUAGES:
        texts = catalogue(language)
        for vocabulary, words in VOCABULARIES.items():
            labels = [texts.word(vocabulary, word) for word in words]
            assert len(labels) == len(set(labels)), (language, vocabulary, labels)


@pytest.mark.parametrize(
    ("language", "spec", "value", "shown"),
    [
        ("en", "percent", 0.456, "46%"),
        ("zh-CN", "percent", 0.456, "46%"),
        ("en", "score", 46.04, "46.0"),
        ("en", "signed", -3.26, "−3.3"),
        ("en", "signed", 3.26, "+3.3"),
        ("en", "signed_unit", 0.125, "+0.12"),
        ("en", "number", 1234.5, "1,234.5"),
    ],
)
def test_how_numbers_are_written(language: str, spec: str, value: float, shown: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    formatter = texts._formatter
    assert formatter.format(f"{{x:{spec}}}", x=value) == shown
