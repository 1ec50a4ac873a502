"""The topics of the small models' first questions: nothing that the world of webqa-mini holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A fact about {x}: how a passage tells it, and how questions ask for it."""

    say: tuple[str, ...]
    ask: tuple[str, ...]


TOPICS: dict[str, tuple[Told, ...]] = {
    "river": (
        Told(
            ("{x} rises in the hills of {name}", "the springs of {x} belong to {name}"),
            ("where does {x} have its source", "on whose land does {x} begin"),
        ),
        Told(
            ("over its course {x} falls {n} feet", "{n} feet lie between both ends of {x}"),
            ("how many feet does {x} descend", "what drop has the water of {x}"),
        ),
        Told(
            ("anglers prize {x} for its {food}", "{x} teems with {food}"),
            ("what do people catch in {x}", "which fish can be had from {x}"),
        ),
        Told(
            ("{x} burst its banks in {year}", "the flood of {x} in {year} is still remembered"),
            ("when did {x} overflow", "which year saw the valley of {x} under water"),
        ),
    ),
    "sonata": (
        Told(
            ("{name} wrote {x} for a wedding", "{x} is a work of {name}"),
            ("who composed {x}", "whose music is {x}"),
        ),
        Told(
            ("{x} was printed in {year}", "the score of {x} came out in {year}"),
            ("when did {x} appear in print", "in what year could one buy the notes of {x}"),
        ),
        Told(
            ("a performance of {x} takes {n} minutes", "{x} lasts {n} minutes"),
            ("how long does it take to play {x}", "what is the duration of {x}"),
        ),
        Told(
            ("{name} gave the first performance of {x}", "{x} was first heard from {name}"),
            ("which pianist played {x} before anyone else", "who brought {x} to the stage"),
        ),
    ),
    "comet": (
        Told(
            ("{x} was spotted by {name}", "{name} noticed {x} through a telescope"),
            ("who discovered {x}", "which astronomer saw {x} before others"),
        ),
        Told(
            ("{x} returns every {n} years", "one revolution of {x} takes {n} years"),
            ("what is the period of {x}", "after how long does {x} come back"),
        ),
        Told(
            ("{x} was bright enough to read by in {year}", "{x} lit up the sky of {year}"),
            ("when was {x} brightest", "in which year could nobody overlook {x}"),
        ),
        Told(
            ("the core of {x} is {n} miles wide", "{n} miles is the breadth of the core of {x}"),
            ("how large is {x}", "what is the diameter of {x}"),
        ),
    ),
    "pudding": (
        Told(
            ("{x} contains {food} and honey", "{food} give {x} its taste"),
            ("which ingredient goes into {x}", "what does the cook add to {x}"),
        ),
        Told(
            ("{x} is steamed for {n} minutes", "{x} needs {n} minutes over the fire"),
            ("how long must {x} be cooked", "after what time is {x} done"),
        ),
        Told(
            ("the recipe of {x} was noted down by {name}", "{x} is found in the book of {name}"),
            ("who recorded how to make {x}", "whose cookery has {x}"),
        ),
        Told(
            ("{x} was served to the king in {year}", "in {year} the court dined on {x}"),
            ("when was {x} put on the royal table", "which year made {x} famous"),
        ),
    ),
    "opening": (
        Told(
            ("{x} was analysed by {name}", "{name} filled a book with {x}"),
            ("which chess player studied {x}", "who examined every line of {x}"),
        ),
        Told(
            ("{x} gives up a pawn on move {n}", "on move {n} {x} offers a pawn"),
            ("when is a pawn sacrificed in {x}", "at which turn does {x} lose material"),
        ),
        Told(
            ("{x} was first played in {year}", "a game of {year} began with {x}"),
            ("in which year did {x} come up at the board", "how old is {x}"),
        ),
    ),
    "theorem": (
        Told(
            ("{x} was proved by {name}", "the first proof of {x} is by {name}"),
            ("who showed that {x} is true", "to which mathematician do we owe {x}"),
        ),
        Told(
            ("{x} was stated as a guess in {year}", "{x} dates from {year}"),
            ("when was {x} conjectured", "how early did people suspect {x}"),
        ),
        Told(
            ("the proof of {x} fills {n} pages", "{n} pages are needed to prove {x}"),
            ("how lengthy is the argument for {x}", "what space does the reasoning of {x} take"),
        ),
    ),
    "novel": (
        Told(
            ("{x} is by {name}", "{name} published {x} under another name"),
            ("who is the author of {x}", "whose pen gave us {x}"),
        ),
        Told(
            ("{x} has {n} chapters", "the story of {x} is divided into {n} chapters"),
            ("into how many parts does {x} fall", "what is the count of sections in {x}"),
        ),
        Told(
            ("{x} was banned in {year}", "in {year} the censor forbade {x}"),
            ("when did it become illegal to sell {x}", "which year ended the sale of {x}"),
        ),
        Told(
            ("the hero of {x} trades in {food}", "{x} is the story of a merchant of {food}"),
            ("what does the main character of {x} sell", "by which goods do they live in {x}"),
        ),
    ),
    "glacier": (
        Told(
            ("{x} shrinks by {n} feet a year", "each year {x} loses {n} feet"),
            ("how fast does {x} retreat", "at what speed does the ice of {x} melt"),
        ),
        Told(
            ("{name} was the first to cross {x}", "{x} was explored by {name}"),
            ("which climber walked over {x}", "who got to the far side of {x}"),
        ),
        Told(
            ("a hut was built on {x} in {year}", "since {year} {x} has had a hut"),
            ("when did shelter become available on {x}", "in what year could one sleep on {x}"),
        ),
    ),
    "dialect": (
        Told(
            ("{x} is spoken by {n} families", "{n} families still use {x}"),
            ("how many households talk in {x}", "what number of homes keeps {x} alive"),
        ),
        Told(
            ("the grammar of {x} was written by {name}", "{name} made a dictionary of {x}"),
            ("which scholar described {x}", "who took down the words of {x}"),
        ),
        Told(
            ("{x} has nine words for {food}", "the richest words of {x} are those for {food}"),
            ("for what does {x} have many names", "which food has most terms in {x}"),
        ),
    ),
    "election": (
        Told(
            ("{x} was won by {name}", "{name} carried {x}"),
            ("who was victorious in {x}", "which candidate came out of {x} on top"),
        ),
        Told(
            ("{x} was decided by {n} votes", "a lead of {n} votes settled {x}"),
            ("how close was {x}", "what margin did the winner of {x} have"),
        ),
        Told(
            ("{x} took place in {year}", "voters went to the polls for {x} in {year}"),
            ("when was {x} held", "in which year did people cast ballots in {x}"),
        ),
    ),
    "mineral": (
        Told(
            ("{x} was named by {name}", "{x} owes its name to {name}"),
            ("who christened {x}", "which geologist called {x} so"),
        ),
        Told(
            ("{x} melts after {n} minutes in the furnace", "{n} minutes of heat liquefy {x}"),
            ("how long does {x} withstand fire", "when does {x} turn liquid"),
        ),
        Told(
            ("{x} was found in {year}", "miners struck {x} in {year}"),
            ("in which year did {x} come to light", "since when has {x} been known"),
        ),
    ),
    "lake": (
        Told(
            ("{x} is {n} feet deep", "the bed of {x} lies {n} feet below the surface"),
            ("how far down is the bottom of {x}", "what depth has {x}"),
        ),
        Told(
            ("{x} belonged to {name}", "{name} once owned {x}"),
            ("who was the proprietor of {x}", "whose possession was {x}"),
        ),
        Told(
            ("{x} froze over in {year}", "skaters crossed {x} in {year}"),
            ("when was {x} covered by ice", "which winter closed {x}"),
        ),
        Told(
            ("the villages on {x} smoke {food}", "{food} from {x} are sold far away"),
            ("what is caught in {x}", "which delicacy comes from {x}"),
        ),
    ),
    "opera": (
        Told(
            ("{name} sang the leading part in {x}", "{x} made {name} famous"),
            ("which soprano starred in {x}", "whose voice is tied to {x}"),
        ),
        Told(
            ("{x} opened in {year}", "the curtain rose on {x} in {year}"),
            ("when was the premiere of {x}", "in what year did audiences hear {x}"),
        ),
        Told(
            ("{x} requires a chorus of {n}", "{n} singers stand behind the cast of {x}"),
            ("how many voices back the soloists of {x}", "what size has the choir of {x}"),
        ),
    ),
    "asteroid": (
        Told(
            ("{x} bears the name of the wife of {name}", "{name} catalogued {x}"),
            ("which observer listed {x}", "who entered {x} in the tables"),
        ),
        Told(
            ("{x} turns once in {n} hours", "a day on {x} has {n} hours"),
            ("how long is the rotation of {x}", "in what time does {x} spin round"),
        ),
        Told(
            ("a probe flew past {x} in {year}", "in {year} a camera passed {x}"),
            ("when was {x} photographed at close range", "which year brought a visit to {x}"),
        ),
    ),
}
FOODS = (
    *("trout", "almonds", "perch", "quinces", "eel", "raisins", "pike", "ginger", "carp", "dates"),
    *("lentils", "mussels", "pears", "chestnuts", "olives", "radishes"),
)
