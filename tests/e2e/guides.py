# SPDX-License-Identifier: MIT
"""The marketplace's own guides as test material: the commands and programs they print, found at test time in
the folder that $AGR_SEEDS names. Nothing of their text is kept here."""

import json
import os
import pathlib
import re
import unittest

FOLDER = os.environ.get("AGR_SEEDS")
needs_guides = unittest.skipUnless(FOLDER, "AGR_SEEDS names no folder with the marketplace's guides")

# By what is said at their beginning, in the order of their generality.
MARKS = {"hirer": "Hire Agents from Claude Code", "provider": "# HiClaw Adapter", "lifecycle": "Agent Hiring & Results"}


def guide(name):
    """The text of one of the guides."""
    for path in sorted(pathlib.Path(FOLDER).iterdir()):
        text = path.read_text(errors="replace") if path.is_file() else ""
        if MARKS[name] in text[:4000]:
            return text
    raise AssertionError(f"no file in {FOLDER} has {MARKS[name]!r} at its beginning")


def curl_commands(text):
    """Every curl command of a guide, as it is printed. A command ends with its address and its options, wherever
    the page was flattened to one line."""
    commands = []
    for match in re.finditer(r"(?<![\w/-])curl\s", text):
        end, has_address = match.end(), False
        for word in re.compile(r"""(?:\\\n|\s)*((?:'[^']*'|"[^"]*"|[^\s'"`\\])+)""").finditer(text, match.end()):
            if word.start() != end:
                break
            is_option = word.group(1).startswith("-")
            wants_value = re.fullmatch(r"-\w*[XHd]", text[match.end():end].split()[-1]) if end > match.end() else None
            if not is_option and not wants_value:
                if has_address:
                    break
                has_address = True
            end = word.end()
        command = text[match.start():end]
        if "://" in command:
            commands.append(command)
    return commands


def code_block(text, start):
    """The fenced block that begins with `start`."""
    for block in text.split("```")[1::2]:
        if block.strip().startswith(start):
            return block.strip()
    raise AssertionError(f"no block begins with {start!r}")


def lay_out(flat, layout):
    """A Python program whose lines the page ran together: `layout` says for each line its depth and how many
    words it has. The words are the page's, all of them, in their order."""
    words, lines, at = flat.split(" "), [], 0
    for line in layout.split():
        depth, count = map(int, line.split(":"))
        lines.append("    " * depth + " ".join(words[at:at + count]))
        at += count
    if at != len(words):
        raise AssertionError(f"the program has {len(words)} words, its layout {at}: the guide has changed")
    return "\n".join(lines) + "\n"


def json_messages(text):
    """Every JSON-RPC message that a page prints as an example."""
    found, decoder = [], json.JSONDecoder()
    for match in re.finditer(r'\{\s*"jsonrpc"', text):
        try:
            found.append(decoder.raw_decode(text, match.start())[0])
        except ValueError:
            continue
    return found
