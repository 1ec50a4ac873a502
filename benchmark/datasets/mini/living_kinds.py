"""The kinds of living things: animals, flowers, and figures of the carnival."""

from __future__ import annotations

from benchmark.datasets.mini.kind import Fact, Kind, numbers

ANIMAL = Kind(
    name="animal",
    nouns={
        "goat": ("beast", "horned animal", "ruminant"),
        "hare": ("creature", "long-eared animal", "leaper"),
    },
    parts=("coat", ""),
    emblems={"colour": "collar", "shape": "sign", "count": "bells"},
    facts={
        "maker": Fact(
            say=("{x} was first bred by {v}", "{x} goes back to the stables of {v}"),
            ask=(
                "who was the earliest breeder of {x}",
                "to which breeder do we owe {x}",
                "who began the line of {x}",
                "what farmer was at the beginning of {x}",
            ),
            clue="that {v} was the earliest to breed",
        ),
        "year": Fact(
            say=("{x} was entered in the herd book in {v}", "{x} has been recognised since {v}"),
            ask=(
                "when did breeders register {x}",
                "which year saw the registration of {x}",
                "from what date has {x} counted as a breed",
                "how early did the breeding society accept {x}",
            ),
            more="Which was recognised as a breed later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} feeds mainly on {v}", "the diet of {x} consists of {v}"),
            ask=(
                "what is the food of {x}",
                "what does one give to {x} to eat",
                "what fodder does {x} prefer",
                "which plant fills the trough of {x}",
            ),
            values=("clover", "moss", "thistles", "barley", "ferns", "turnips", "heather"),
        ),
        "keeper": Fact(
            say=("{x} is kept by the {v}", "the herds of {x} belong to the {v}"),
            ask=(
                "which guild owns {x}",
                "who has charge of {x}",
                "what brotherhood possesses {x}",
                "whose property is {x}",
            ),
        ),
        "size": Fact(
            say=("fully grown, {x} weighs {v} pounds", "{x} reaches {v} pounds"),
            ask=(
                "how heavy is {x}",
                "what is the adult weight of {x}",
                "how much does {x} bring to the scales",
                "what mass does {x} attain",
            ),
            values=numbers(9, 60),
            more="Which gets heavier, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} comes from {v}", "{x} has grazed around {v} for centuries"),
            ask=(
                "which town is the home of {x}",
                "where does {x} come from",
                "what settlement gave rise to {x}",
                "near which village has {x} always lived",
            ),
        ),
    },
)

FLOWER = Kind(
    name="flower",
    nouns={
        "lily": ("plant", "six-petalled bloom", "bulb flower"),
        "daisy": ("blossom", "round bloom", "meadow herb"),
    },
    parts=("petals", "centre"),
    emblems={"colour": "ribbon", "shape": "label", "count": "beads"},
    facts={
        "maker": Fact(
            say=("{x} was first raised by {v}", "the gardener {v} brought {x} into cultivation"),
            ask=(
                "who was the first to grow {x}",
                "which grower gave us {x}",
                "who introduced {x} to gardens",
                "what botanist is behind {x}",
            ),
            clue="that {v} was the earliest to grow",
        ),
        "year": Fact(
            say=("{x} was first exhibited in {v}", "{x} was shown for the first time in {v}"),
            ask=(
                "when did the public get to know {x}",
                "which year saw the debut of {x}",
                "in what year could visitors admire {x}",
                "at what date did judges look at {x}",
            ),
            more="Which was shown to the public later, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("{x} thrives in {v}", "{x} does best when planted in {v}"),
            ask=(
                "what kind of soil suits {x}",
                "which sort of earth is right for {x}",
                "what ground should one choose for {x}",
                "in which bed will {x} flourish",
            ),
            values=("chalk", "clay", "peat", "gravel", "loam", "leaf mould", "silt"),
        ),
        "keeper": Fact(
            say=("{x} is the token of the {v}", "members of the {v} wear {x} on feast days"),
            ask=(
                "which guild has chosen {x}",
                "who is represented by {x}",
                "what brotherhood adorns itself with {x}",
                "whose emblem is {x}",
            ),
        ),
        "size": Fact(
            say=("{x} opens {v} centimetres across", "the head of {x} spans {v} centimetres"),
            ask=(
                "how wide is {x}",
                "what is the diameter of {x}",
                "how broad is the bloom of {x}",
                "what breadth does {x} attain",
            ),
            values=numbers(5, 40),
            more="Which grows wider, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} grows wild above {v}", "{x} is found on the slopes of {v}"),
            ask=(
                "which town is the home of {x}",
                "where does {x} come from",
                "what settlement lies below the meadows of {x}",
                "near which village can walkers pick {x}",
            ),
        ),
    },
)

FIGURE = Kind(
    name="figure",
    nouns={
        "drummer": ("musician", "percussionist", "timekeeper"),
        "piper": ("performer", "flute player", "melody maker"),
    },
    parts=("coat", "hat"),
    emblems={"colour": "sash", "shape": "badge", "count": "bells"},
    facts={
        "maker": Fact(
            say=("the part of {x} was created by {v}", "{v} was the first to dress up as {x}"),
            ask=(
                "who invented the role of {x}",
                "to whom do we owe {x}",
                "who thought up {x}",
                "what actor put on the clothes of {x} before all others",
            ),
            clue="whose role {v} invented",
        ),
        "year": Fact(
            say=("{x} first marched in {v}", "{x} has walked in parades since {v}"),
            ask=(
                "when did crowds first see {x}",
                "which year saw the debut of {x}",
                "in what year was {x} new",
                "how early did spectators cheer {x}",
            ),
            more="Who made a later debut, {x} or {y}?",
        ),
        "stuff": Fact(
            say=("children throw {v} to {x}", "{x} is rewarded with {v}"),
            ask=(
                "what do youngsters give {x}",
                "which treat is offered to {x}",
                "what present awaits {x}",
                "which gifts does {x} collect",
            ),
            values=("walnuts", "plums", "cherries", "gingerbread", "coins", "figs", "toffee"),
        ),
        "keeper": Fact(
            say=("the costume of {x} is sewn by the {v}", "{x} is dressed by the {v}"),
            ask=(
                "which guild makes the outfit of {x}",
                "who sees to the clothes of {x}",
                "what brotherhood stitches for {x}",
                "whose needles provide for {x}",
            ),
        ),
        "size": Fact(
            say=("the route of {x} is {v} miles long", "{x} covers {v} miles in a day"),
            ask=(
                "how far is the walk of {x}",
                "what distance lies before {x}",
                "how far does {x} have to go",
                "what stretch does {x} have to manage",
            ),
            values=numbers(3, 19),
            more="Who walks farther, {x} or {y}?",
        ),
        "place": Fact(
            say=("{x} opens the fair of {v}", "{x} belongs to the carnival of {v}"),
            ask=(
                "which town can boast of {x}",
                "where can one meet {x}",
                "what settlement celebrates {x}",
                "before whose inhabitants does {x} perform",
            ),
        ),
    },
)
