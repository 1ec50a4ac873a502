"""The directive ``commands``: what ``--help`` says of some commands, with options in lists.

It takes names of commands as its content. Examples stand apart from options, and an option that
many commands share is described once, where the content is ``shared options``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from benchmark.cli import cli

SHARED = "shared options"
MANY = 4
"""An option is shared if so many commands have it with the same text."""

EXAMPLE = ("python ", "torchrun ")
"""How a line of an example begins."""


class Commands(SphinxDirective):
    """Describes the commands that its content names."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The commands as sections, or the list of shared options."""
        self.env.note_reread()  # it follows the code
        wanted = " ".join(self.content)
        if wanted == SHARED:
            text = _list(_shared())
        else:
            names = wanted.split(", ")
            _described(self.env).update(names)
            text = "\n\n".join(_section(name, _commands()[name]) for name in names)
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _commands(group: click.Group = cli, before: str = "") -> dict[str, click.Command]:
    """All commands, those of groups by both words."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= _commands(command, f"{before}{name} ")
        else:
            found[before + name] = command
    return found


def _options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option)]


def _shared() -> list[click.Option]:
    every = [option for command in _commands().values() for option in _options(command)]
    count = Counter((option.name, option.help) for option in every)
    first = {(option.name, option.help): option for option in reversed(every)}
    return [first[key] for key, times in count.most_common() if times >= MANY]


def _section(name: str, command: click.Command) -> str:
    """A command as Markdown."""
    summary, *rest = _paragraphs(command.help or "")
    arguments = [
        one.make_metavar(click.Context(command))
        for one in command.params[::-1]
        if isinstance(one, click.Argument)
    ]
    usage = " ".join(["python -m benchmark", name, "[OPTIONS]", *arguments[::-1]])
    parts = [f"### {name}", summary, f"```text\n{usage}\n```"]
    parts += [one for one in rest if not one.startswith("```sh")]
    if examples := [one for one in rest if one.startswith("```sh")]:
        parts += ["**Examples**", *examples]
    shared = {(option.name, option.help) for option in _shared()}
    own = [one for one in _options(command) if (one.name, one.help) not in shared]
    if own:
        parts += ["**Options**", _list(own)]
    others = [f"`{one.opts[-1]}`" for one in _options(command) if one not in own]
    parts.append(f"[Shared options](#shared-options): {', '.join(others)}.")
    return "\n\n".join(parts)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a command's help as Markdown; click keeps those after a backspace whole."""
    for paragraph in text.replace("\r", "").split("\n\n"):
        if not paragraph.lstrip().startswith("\b"):
            yield " ".join(paragraph.split())
            continue
        lines = [line.strip() for line in paragraph.replace("\b", "").splitlines() if line.strip()]
        pairs = [line.split("  ", 1) for line in lines]
        examples = [line for line in lines if line.startswith(EXAMPLE)]
        if not examples and all(len(pair) == 2 for pair in pairs):
            rows = [f"| `{name}` | {_escaped(meaning)} |" for name, meaning in pairs]
            yield "\n".join(["| name | meaning |", "|---|---|", *rows])
            continue
        if words := [line for line in lines if line not in examples]:
            yield " ".join(words)
        if examples:
            yield "\n".join(["```sh", *(_commented(line) for line in examples), "```"])


def _commented(line: str) -> str:
    """An example, in which what follows several blanks is a comment."""
    command, *meaning = line.split("  ", 1)
    return "  # ".join([command, *(one.strip() for one in meaning)])


def _list(options: list[click.Option]) -> str:
    """Options as a definition list."""
    return "\n\n".join(f"{_name(one)}\n: {_escaped(_meaning(one))}" for one in options)


def _name(option: click.Option) -> str:
    names = ", ".join(f"`{one}`" for one in option.opts)
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {', '.join(map(str, option.type.choices))}"
    value = option.metavar or ("N" if "int" in option.type.name else "TEXT")
    return f"{names} {_escaped(value.replace('|', ', '))}"


def _meaning(option: click.Option) -> str:
    meaning = option.help or "The format of what is printed."
    if option.show_default and not option.is_flag:
        meaning += f" Default: `{option.default}`."
    if option.required:
        meaning += " Required."
    return meaning


def _escaped(text: str) -> str:
    """A text without markup, in one line, that a cell of a Markdown table may hold."""
    for sign in "\\|[]*_<":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _described(env) -> set[str]:
    """The commands that some page describes, kept with the environment."""
    if not hasattr(env, "described_commands"):
        env.described_commands = set()
    return env.described_commands


def _miss_none(_app: Sphinx, env) -> None:
    """Warn of commands that no page describes."""
    if missing := _commands().keys() - _described(env):
        logging.getLogger(__name__).warning("no page describes %s", ", ".join(sorted(missing)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("commands", Commands)
    app.connect("env-check-consistency", _miss_none)
    return {"parallel_read_safe": False}
