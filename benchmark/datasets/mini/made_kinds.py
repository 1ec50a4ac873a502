"""The kinds of things that were made: buildings, ships and wagons."""

from __future__ import annotations

from benchmark.datasets.mini.kind import Fact, Kind, numbers

BUILDING = Kind(
    name="building",
    nouns={
        "tower": ("landmark", "spire", "lookout"),
        "hall": ("building", "edifice", "meeting house"),
    },
    parts=("walls", "roof"),
    emblems={"colour": "flag", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was designed by {v}", "{v} drew up the plans for {x}"),
            ask=(
                "who was the architect of {x}",
                "whose work is {x}",
                "who planned {x}",
                "whose drawings led to {x}",
            ),
            clue="of which {v} was the architect",
        ),
        "year": Fact(
            say=("{x} was completed in {v}", "building work at {x} ended in {v}"),
            ask=(
                "when did builders finish {x}",
                "which year saw the end of work on {x}",
                "in which year could the scaffolding be taken away from {x}",
                "at what date was {x} ready for use",
            ),
            more="Which was finished later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} is built of {v}", "the masons of {x} worked in {v}"),
            ask=(
                "what material went into {x}",
                "what was used to put up {x}",
                "which substance makes up {x}",
                "of what does {x} consist",
            ),
            values=("sandstone", "slate", "flint", "granite", "brick", "limestone", "basalt"),
        ),
        "keeper": Fact(
            say=("{x} is looked after by the {v}", "repairs to {x} are paid for by the {v}"),
            ask=(
                "which guild maintains {x}",
                "who sees to the upkeep of {x}",
                "which brotherhood keeps {x} in good order",
                "what body is responsible for the condition of {x}",
            ),
        ),
        "size": Fact(
            say=("{x} rises {v} metres", "from the ground to the top {x} measures {v} metres"),
            ask=(
                "how tall is {x}",
                "what is the height of {x}",
                "how high does {x} reach",
                "what altitude has the summit of {x}",
            ),
            values=numbers(11, 90),
            more="Which is taller, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} stands in {v}", "{x} overlooks the market of {v}"),
            ask=(
                "in which town can visitors see {x}",
                "what is the location of {x}",
                "what settlement is graced by {x}",
                "which community has {x} among its sights",
            ),
        ),
    },
)

SHIP = Kind(
    name="ship",
    nouns={
        "sloop": ("vessel", "sailing boat", "yacht"),
        "barge": ("boat", "freighter", "river craft"),
    },
    parts=("hull", ""),
    emblems={"colour": "flag", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was built by {v}", "{x} left the yard of {v}"),
            ask=(
                "who was the shipwright of {x}",
                "whose work is {x}",
                "who constructed {x}",
                "what craftsman laid the keel of {x}",
            ),
            clue="of which {v} was the shipwright",
        ),
        "year": Fact(
            say=("{x} was launched in {v}", "{x} slid down the slipway in {v}"),
            ask=(
                "when did people first see {x} afloat",
                "which year brought water under {x}",
                "in what year did {x} touch the sea",
                "at what date was {x} ready to float",
            ),
            more="Which took to the water later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} carried cargoes of {v}", "the hold of {x} was meant for {v}"),
            ask=(
                "what goods travelled on {x}",
                "which freight went aboard {x}",
                "what merchandise filled {x}",
                "which wares did merchants load into {x}",
            ),
            values=("salt", "timber", "wool", "grain", "cider", "coal", "pottery"),
        ),
        "keeper": Fact(
            say=("{x} sails for the {v}", "the crew of {x} is hired by the {v}"),
            ask=(
                "which guild employs {x}",
                "who pays the sailors of {x}",
                "what brotherhood runs {x}",
                "on whose orders does {x} put to sea",
            ),
        ),
        "size": Fact(
            say=("{x} is {v} metres from bow to stern", "{x} measures {v} metres"),
            ask=(
                "how long is {x}",
                "what is the length of {x}",
                "how far apart are the two ends of {x}",
                "what extent has {x} from end to end",
            ),
            values=numbers(11, 70),
            more="Which is longer, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} has its berth in {v}", "{x} winters in the docks of {v}"),
            ask=(
                "what is the home port of {x}",
                "where do sailors board {x}",
                "what settlement is the anchorage of {x}",
                "at which quay does {x} lie in the cold months",
            ),
        ),
    },
)

WAGON = Kind(
    name="wagon",
    nouns={
        "tram": ("vehicle", "streetcar", "rail coach"),
        "cart": ("conveyance", "carriage", "two-wheeler"),
    },
    parts=("body", "wheels"),
    emblems={"colour": "canopy", "shape": "sign", "count": "lanterns"},
    facts={
        "maker": Fact(
            say=("{x} was constructed by {v}", "{x} came from the workshop of {v}"),
            ask=(
                "who was the coachbuilder of {x}",
                "whose work is {x}",
                "who put {x} together",
                "what craftsman made {x}",
            ),
            clue="of which {v} was the coachbuilder",
        ),
        "year": Fact(
            say=("{x} entered service in {v}", "{x} ran for the first time in {v}"),
            ask=(
                "when did people first board {x}",
                "which year saw the first trip of {x}",
                "in what year did {x} begin to run",
                "at what date did {x} leave the depot",
            ),
            more="Which made a first trip later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} was made to haul {v}", "in its early days {x} brought {v} to market"),
            ask=(
                "what load was meant for {x}",
                "which goods went aboard {x}",
                "what burden did {x} bear",
                "which freight filled {x}",
            ),
            values=("milk", "hay", "apples", "bricks", "peas", "charcoal", "ice"),
        ),
        "keeper": Fact(
            say=("{x} is run by the {v}", "the drivers of {x} come from the {v}"),
            ask=(
                "which guild operates {x}",
                "who is in charge of {x}",
                "what brotherhood keeps {x} going",
                "on whose behalf does {x} travel",
            ),
        ),
        "size": Fact(
            say=("{x} has room for {v} passengers", "{x} seats {v}"),
            ask=(
                "how many people fit in {x}",
                "what is the capacity of {x}",
                "how large a crowd does {x} hold",
                "what number of riders does {x} take",
            ),
            values=numbers(6, 60),
            more="Which takes more people, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} rolls through the streets of {v}", "{x} is used by the people of {v}"),
            ask=(
                "in which town can people ride {x}",
                "which town is served by {x}",
                "what settlement hears {x} go by",
                "through which village does {x} pass",
            ),
        ),
    },
)
