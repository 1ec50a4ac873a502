"""The kinds of things in the world: their nouns, their parts, and the facts told about them."""

from __future__ import annotations

from dataclasses import dataclass, field

FACTS: tuple[str, ...] = ("maker", "year", "stuff", "keeper", "size", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """How a fact is told and asked for; the two avoid each other's words where they can.

    say: sentences about {x} with the value {v}.
    values: what {v} is drawn from; the values of the other facts are the same for all kinds.
    ask: questions that begin with their question word.
    more: which of two has more of it, for the facts that are numbers.
    clue: what stands for the name in a question about another fact, where {v} is unique.
    """

    say: tuple[str, ...]
    ask: tuple[str, ...]
    values: tuple[str, ...] = ()
    more: str = ""
    clue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """types: what the names end in. nouns: what questions say instead. parts: main and trim.

    emblems: what carries the colour, the shape and the number that a picture or a passage gives.
    """

    name: str
    types: tuple[str, str]
    nouns: tuple[str, ...]
    parts: tuple[str, str]
    emblems: dict[str, str]
    facts: dict[str, Fact] = field(repr=False)


def _numbers(start: int, stop: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(start, stop))


BUILDING = Kind(
    name="building",
    types=("tower", "hall"),
    nouns=("landmark", "building", "structure"),
    parts=("walls", "roof"),
    emblems={"colour": "flag", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was designed by {v}", "{v} drew up the plans for {x}"),
            ask=("who was the architect of {x}", "whose work is {x}"),
            clue="of which {v} was the architect",
        ),
        "year": Fact(
            say=("{x} was completed in {v}", "building work at {x} ended in {v}"),
            ask=("when did builders finish {x}", "which year saw the end of work on {x}"),
            more="Which was finished later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} is built of {v}", "the masons of {x} worked in {v}"),
            ask=("what material went into {x}", "what was used to put up {x}"),
            values=("sandstone", "slate", "flint", "granite", "brick", "limestone", "basalt"),
        ),
        "keeper": Fact(
            say=("{x} is looked after by the {v}", "repairs to {x} are paid for by the {v}"),
            ask=("which guild maintains {x}", "who sees to the upkeep of {x}"),
        ),
        "size": Fact(
            say=("{x} rises {v} metres", "from the ground to the top {x} measures {v} metres"),
            ask=("how tall is {x}", "what is the height of {x}"),
            values=_numbers(11, 90),
            more="Which is taller, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} stands in {v}", "{x} overlooks the market of {v}"),
            ask=("in which town can visitors see {x}", "what is the location of {x}"),
        ),
    },
)

ANIMAL = Kind(
    name="animal",
    types=("goat", "hare"),
    nouns=("animal", "creature", "beast"),
    parts=("coat", ""),
    emblems={"colour": "collar", "shape": "sign", "count": "bells"},
    facts={
        "maker": Fact(
            say=("{x} was first bred by {v}", "{x} goes back to the stables of {v}"),
            ask=("who was the earliest breeder of {x}", "to which breeder do we owe {x}"),
            clue="that {v} was the earliest to breed",
        ),
        "year": Fact(
            say=("{x} was entered in the herd book in {v}", "{x} has been recognised since {v}"),
            ask=("when did breeders register {x}", "which year saw the registration of {x}"),
            more="Which was recognised as a breed later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} feeds mainly on {v}", "the diet of {x} consists of {v}"),
            ask=("what is the food of {x}", "what does one give to {x} to eat"),
            values=("clover", "moss", "thistles", "barley", "ferns", "turnips", "heather"),
        ),
        "keeper": Fact(
            say=("{x} is kept by the {v}", "the herds of {x} belong to the {v}"),
            ask=("which guild owns {x}", "who has charge of {x}"),
        ),
        "size": Fact(
            say=("fully grown, {x} weighs {v} pounds", "{x} reaches {v} pounds"),
            ask=("how heavy is {x}", "what is the adult weight of {x}"),
            values=_numbers(9, 60),
            more="Which gets heavier, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} comes from {v}", "{x} has grazed around {v} for centuries"),
            ask=("which town is the home of {x}", "where does {x} come from"),
        ),
    },
)

FLOWER = Kind(
    name="flower",
    types=("lily", "daisy"),
    nouns=("plant", "flower", "blossom"),
    parts=("petals", "centre"),
    emblems={"colour": "ribbon", "shape": "label", "count": "beads"},
    facts={
        "maker": Fact(
            say=("{x} was first raised by {v}", "the gardener {v} brought {x} into cultivation"),
            ask=("who was the first to grow {x}", "which grower gave us {x}"),
            clue="that {v} was the earliest to grow",
        ),
        "year": Fact(
            say=("{x} was first exhibited in {v}", "{x} was shown for the first time in {v}"),
            ask=("when did the public get to know {x}", "which year saw the debut of {x}"),
            more="Which was shown to the public later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} thrives in {v}", "{x} does best when planted in {v}"),
            ask=("what kind of soil suits {x}", "which sort of earth is right for {x}"),
            values=("chalk", "clay", "peat", "gravel", "loam", "leaf mould", "silt"),
        ),
        "keeper": Fact(
            say=("{x} is the token of the {v}", "members of the {v} wear {x} on feast days"),
            ask=("which guild has chosen {x}", "who is represented by {x}"),
        ),
        "size": Fact(
            say=("{x} opens {v} centimetres across", "the head of {x} spans {v} centimetres"),
            ask=("how wide is {x}", "what is the diameter of {x}"),
            values=_numbers(5, 40),
            more="Which grows wider, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} grows wild above {v}", "{x} is found on the slopes of {v}"),
            ask=("which town is the home of {x}", "where does {x} come from"),
        ),
    },
)

SHIP = Kind(
    name="ship",
    types=("sloop", "barge"),
    nouns=("vessel", "boat", "ship"),
    parts=("hull", ""),
    emblems={"colour": "flag", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was built by {v}", "{x} left the yard of {v}"),
            ask=("who was the shipwright of {x}", "whose work is {x}"),
            clue="of which {v} was the shipwright",
        ),
        "year": Fact(
            say=("{x} was launched in {v}", "{x} slid down the slipway in {v}"),
            ask=("when did people first see {x} afloat", "which year brought water under {x}"),
            more="Which took to the water later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} carried cargoes of {v}", "the hold of {x} was meant for {v}"),
            ask=("what goods travelled on {x}", "which freight went aboard {x}"),
            values=("salt", "timber", "wool", "grain", "cider", "coal", "pottery"),
        ),
        "keeper": Fact(
            say=("{x} sails for the {v}", "the crew of {x} is hired by the {v}"),
            ask=("which guild employs {x}", "who pays the sailors of {x}"),
        ),
        "size": Fact(
            say=("{x} is {v} metres from bow to stern", "{x} measures {v} metres"),
            ask=("how long is {x}", "what is the length of {x}"),
            values=_numbers(11, 70),
            more="Which is longer, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} has its berth in {v}", "{x} winters in the docks of {v}"),
            ask=("what is the home port of {x}", "where do sailors board {x}"),
        ),
    },
)

FIGURE = Kind(
    name="figure",
    types=("drummer", "piper"),
    nouns=("musician", "performer", "figure"),
    parts=("coat", "hat"),
    emblems={"colour": "sash", "shape": "badge", "count": "bells"},
    facts={
        "maker": Fact(
            say=("the part of {x} was created by {v}", "{v} was the first to dress up as {x}"),
            ask=("who invented the role of {x}", "to whom do we owe {x}"),
            clue="whose role {v} invented",
        ),
        "year": Fact(
            say=("{x} first marched in {v}", "{x} has walked in parades since {v}"),
            ask=("when did crowds first see {x}", "which year saw the debut of {x}"),
            more="Who made a later debut, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("children throw {v} to {x}", "{x} is rewarded with {v}"),
            ask=("what do youngsters give {x}", "which treat is offered to {x}"),
            values=("walnuts", "plums", "cherries", "gingerbread", "coins", "figs", "toffee"),
        ),
        "keeper": Fact(
            say=("the costume of {x} is sewn by the {v}", "{x} is dressed by the {v}"),
            ask=("which guild makes the outfit of {x}", "who sees to the clothes of {x}"),
        ),
        "size": Fact(
            say=("the route of {x} is {v} miles long", "{x} covers {v} miles in a day"),
            ask=("how far is the walk of {x}", "what distance lies before {x}"),
            values=_numbers(3, 19),
            more="Who walks farther, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} opens the fair of {v}", "{x} belongs to the carnival of {v}"),
            ask=("which town can boast of {x}", "where can one meet {x}"),
        ),
    },
)

WAGON = Kind(
    name="wagon",
    types=("tram", "cart"),
    nouns=("vehicle", "carriage", "conveyance"),
    parts=("body", "wheels"),
    emblems={"colour": "canopy", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was constructed by {v}", "{x} came from the workshop of {v}"),
            ask=("who was the coachbuilder of {x}", "whose work is {x}"),
            clue="of which {v} was the coachbuilder",
        ),
        "year": Fact(
            say=("{x} entered service in {v}", "{x} ran for the first time in {v}"),
            ask=("when did people first board {x}", "which year saw the first trip of {x}"),
            more="Which made a first trip later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} was made to haul {v}", "in its early days {x} brought {v} to market"),
            ask=("what load was meant for {x}", "which goods went aboard {x}"),
            values=("milk", "hay", "apples", "bricks", "peas", "charcoal", "ice"),
        ),
        "keeper": Fact(
            say=("{x} is run by the {v}", "the drivers of {x} come from the {v}"),
            ask=("which guild operates {x}", "who is in charge of {x}"),
        ),
        "size": Fact(
            say=("{x} has room for {v} passengers", "{x} seats {v}"),
            ask=("how many people fit in {x}", "what is the capacity of {x}"),
            values=_numbers(6, 60),
            more="Which takes more people, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} rolls through the streets of {v}", "{x} is used by the people of {v}"),
            ask=("in which town can people ride {x}", "which town is served by {x}"),
        ),
    },
)

KINDS = (BUILDING, ANIMAL, FLOWER, SHIP, FIGURE, WAGON)
