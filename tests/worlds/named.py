"""The named worlds."""

from __future__ import annotations

from tests.worlds.builder import TODAY, World

WORKED_STANCES = {
    "us": (0.0, 0.5, 0.75, 0.5, 0.0),
    "rival 1": (0.25, -0.25, -0.5, -0.25, 0.75),
    "rival 2": (0.0, 0.0, -0.25, 0.0, -0.25),
}
WORKED_LISTENING = {
    "A": {"D": 0.5, "X": 0.5},
    "D": {"A": 0.4, "E": 0.5, "X": 0.1},
    "E": {"D": 0.6, "U": 0.4},
    "U": {"D": 0.3, "E": 0.7},
    "X": {"A": 0.6, "D": 0.4},
}


def worked(*, veto: bool = False) -> World:
    """The worked oracle of domain.md section 4: A, D, E, U, X and two rivals.

    Every stance is made exact by items dated today: ``w/(kappa + w)`` with the total weight w that
    gives it. U is also the buyer, so that every expected role is identified.
    """
    world = World()
    us = world.company("us", "ours")
    customer = world.company("customer", "customer", industry="health")
    vendors = {"us": us, "rival 1": world.company("rival 1", "rival")}
    vendors["rival 2"] = world.company("rival 2", "rival")
    deal = world.deal("deal", customer, kind="new")
    people = {name: world.person(name, customer) for name in "ADEUX"}
    world.person("seller", us)
    roles = {"A": ("approver",), "D": ("decider",), "E": ("evaluator",), "U": ("user", "buyer"), "X": ()}
    for name, played in roles.items():
        for role in played:
            world.edge("plays", people[name], deal, role=role, source_class="observed")
    for listener, speakers in WORKED_LISTENING.items():
        for speaker, weight in speakers.items():
            world.edge("influences", people[speaker], people[listener], weight=weight)
    for vendor, row in WORKED_STANCES.items():
        for name, stance in zip("ADEUX", row, strict=True):
            hold(world, people[name], vendors[vendor], stance, deal)
    for rival in ("rival 1", "rival 2"):
        world.edge("competes", vendors[rival], deal, incumbent=rival == "rival 1")
    for name, rung in zip("ADEUX", (1, 3, 4, 2, 0), strict=True):
        world.observe("depth", people[name], us, value=float(rung), concerns=(deal,))
    if veto:
        world.edge("plays", people["X"], deal, role="legal_veto", source_class="observed")
    return world


def hold(world: World, person: int, vendor: int, stance: float, deal: int, kappa: float = 0.5) -> None:
    """Observations of today that give exactly this stance."""
    weight = kappa * abs(stance) / (1 - abs(stance))
    while weight > 1e-12:
        world.observe(
            "stance", person, vendor, value=1.0 if stance > 0 else -1.0, reliability=min(weight, 1.0),
            concerns=(deal,),
        )  # fmt: skip
        weight -= min(weight, 1.0)


def empty() -> World:
    """Nothing at all."""
    return World()


def nobody() -> World:
    """A deal with a customer and a rival, in which no person is known."""
    world = World()
    world.company("us", "ours")
    customer = world.company("customer", "customer")
    deal = world.deal("deal", customer)
    world.edge("competes", world.company("rival", "rival"), deal)
    return world


def single() -> World:
    """One person who decides alone and listens to nobody."""
    world = World()
    world.company("us", "ours")
    customer = world.company("customer", "customer")
    world.edge("plays", world.person("A", customer), world.deal("deal", customer), role="decider")
    return world


def cyclic() -> World:
    """Three people whose seats report to each other in a circle."""
    world = World()
    world.company("us", "ours")
    customer = world.company("customer", "customer")
    deal = world.deal("deal", customer)
    for name, role in zip("ABC", ("approver", "decider", "user"), strict=True):
        world.edge("plays", world.person(name, customer), deal, role=role)
    seats = [world.names[f"{name}/seat"] for name in "ABC"]
    for seat, above in zip(seats, (*seats[1:], seats[0]), strict=True):
        world.edge("reports_to", seat, above, kind="solid")
    return world


def conflict() -> World:
    """Four people who all listen to, and are in conflict with, each other."""
    world = World()
    world.company("us", "ours")
    customer = world.company("customer", "customer")
    deal = world.deal("deal", customer)
    people = [world.person(name, customer) for name in "ABCD"]
    for person, role in zip(people, ("approver", "decider", "evaluator", "user"), strict=True):
        world.edge("plays", person, deal, role=role)
    for a in people:
        for b in people:
            if a != b:
                world.edge("influences", a, b)
            if a < b:
                world.edge("conflicts_with", a, b)
    return world


def disconnected() -> World:
    """Two pairs who do not listen across, and one who is alone."""
    world = World()
    world.company("us", "ours")
    customer = world.company("customer", "customer")
    deal = world.deal("deal", customer)
    people = [world.person(name, customer) for name in "ABCDE"]
    for person, role in zip(people, ("approver", "decider", "evaluator", "user", "buyer"), strict=True):
        world.edge("plays", person, deal, role=role)
    world.edge("influences", people[0], people[1])
    world.edge("influences", people[2], people[3])
    return world


def device_chain() -> World:
    """A device maker sells to a distributor, it to a hospital, and that serves its patients."""
    world = World()
    maker = world.company("maker", "ours")
    distributor = world.company("distributor", "channel", "customer", industry="distribution")
    hospital = world.company("hospital", "customer", industry="health")
    patients = world.company("patients", "end_user_group", "customer", industry="health")
    rival = world.company("rival", "rival")
    for source, target, kind in (
        (maker, distributor, "supplies"), (distributor, hospital, "resells"), (hospital, patients, "serves"),
    ):  # fmt: skip
        world.edge("supplies", source, target, kind=kind)
    seller = world.person("seller", maker, 2)
    dealer = world.person("dealer", distributor, 3)
    chief = world.person("chief surgeon", hospital, 4)
    buyer = world.person("buyer", hospital, 2)
    patient = world.person("patients' speaker", patients)
    deal = world.deal("scanners", hospital, kind="replacement")
    world.edge("competes", rival, deal, incumbent=True)
    for person, role in ((chief, "approver"), (chief, "decider"), (buyer, "buyer")):
        world.edge("plays", person, deal, role=role, source_class="inside")
    world.edge("influences", dealer, chief, scope=hospital, weight=0.5)
    world.edge("influences", patient, chief, weight=0.5)
    world.meet("meeting", (seller,), (dealer, chief), TODAY - 20, starter=chief, concerns=(deal,))
    world.meet("mail", (seller,), (buyer,), TODAY - 3, starter=seller, concerns=(hospital,), capture="mail")
    world.meet("mail", (seller,), (buyer,), TODAY - 1, starter=buyer, concerns=(hospital,), capture="mail")
    world.observe("stance", chief, maker, value=0.5, day=TODAY - 20, concerns=(deal,))
    world.observe("stance", buyer, rival, value=0.5, source_class="opinion", said_by=seller, concerns=(deal,))
    world.observe("tie", buyer, rival, word="reference", source_class="inside", day=TODAY - 90, concerns=(deal,))
    return world


def carrier_agent() -> World:
    """An agent serves phone users and is paid commission by the carrier: all are its customers."""
    world = World()
    agent = world.company("agent", "ours")
    carrier = world.company("carrier", "principal", "customer", industry="telecom")
    users = world.company("phone users", "end_user_group", "customer", industry="consumers")
    rival = world.company("other agent", "rival")
    world.edge("supplies", agent, users, kind="serves")
    world.edge("supplies", carrier, agent, kind="pays_commission")
    world.edge("supplies", agent, carrier, kind="represents")
    clerk = world.person("clerk", agent, 1)
    manager = world.person("channel manager", carrier, 3)
    user = world.person("user", users)
    world.edge("covers", clerk, users, team_role="service")
    contract = world.deal("agency contract", carrier, kind="renewal")
    plan = world.deal("phone plan", users, kind="new")
    world.edge("competes", rival, contract)
    world.edge("plays", manager, contract, role="decider", source_class="observed")
    world.edge("plays", user, plan, role="user")
    world.meet("ticket", (clerk,), (user,), TODAY - 5, starter=user, concerns=(users,))
    world.meet("video", (clerk,), (manager,), TODAY - 30, starter=clerk, concerns=(carrier,))
    world.observe("stance", manager, agent, value=0.5, day=TODAY - 30)
    return world


WORLDS = {
    each.__name__: each
    for each in (
        worked, empty, nobody, single, cyclic, conflict, disconnected, device_chain, carrier_agent,
    )
}  # fmt: skip
