# SPDX-License-Identifier: MIT
"""A check that never complains proves nothing: each rule is shown one violation."""

import pathlib
import unittest

from layering import check, read_room_map

ROOMS = read_room_map("base: \njson: base\nhttp: base json\nmcp: base json\nstore: base\n")

# what it shows, file, line, a word of the complaint (None: allowed)
CASES = [
    ("its own room", "lib/http/client.cpp", '#include "http/message.hpp"', None),
    ("a declared room", "lib/http/client.cpp", '#include "json/value.hpp"', None),
    ("an undeclared room", "lib/mcp/session.cpp", '#include "http/message.hpp"', "may not include"),
    ("a room in reach only through another", "lib/store/journal.cpp", '#include "json/value.hpp"',
     "may not include"),
    ("below back to above", "lib/base/text.cpp", '#include "json/value.hpp"', "may not include"),
    ("an unknown room", "lib/http/client.cpp", '#include "magic/wand.hpp"', "no declared room"),
    ("the program", "lib/http/client.cpp", '#include "cmd/frame/context.hpp"', "never reaches out"),
    ("a way around", "lib/http/client.cpp", '#include "../json/value.hpp"', "never reaches out"),
    ("odd spacing", "lib/base/text.cpp", '  #  include  "json/value.hpp"', "may not include"),
    ("a library at home", "lib/http/client.cpp", "#include <curl/curl.h>", None),
    ("a library in a header of the room", "lib/http/transfer.hpp", "#include <curl/curl.h>", None),
    ("a library elsewhere", "lib/mcp/session.cpp", "#include <curl/curl.h>", "met in http only"),
    ("a library in the program", "cmd/agrenting/hire.cpp", "#include <sqlite3.h>", "met in store only"),
    ("the command line parser at home", "cmd/frame/parse.cpp", "#include <CLI/CLI.hpp>", None),
    ("one market's commands in another's", "cmd/agrenting/hire.cpp", '#include "cmd/agentsgethired/till.hpp"',
     "commands of agrenting may not"),
    ("the frame in a command", "cmd/agrenting/hire.cpp", '#include "cmd/frame/context.hpp"', None),
    ("a command in the frame", "cmd/frame/cli.cpp", '#include "cmd/local/emulator.hpp"', "commands of frame may not"),
    ("a room in the program", "cmd/agrenting/hire.cpp", '#include "http/message.hpp"', None),
    ("a file in no room", "lib/magic/wand.cpp", "", "no declared room"),
]


class Layering(unittest.TestCase):
    def test_each_rule_notices_its_violation(self):
        for shows, path, line, word in CASES:
            with self.subTest(shows):
                complaints = check(ROOMS, [(pathlib.Path(path), f"// top\n{line}\nint x;\n")])
                if word is None:
                    self.assertEqual(complaints, [])
                else:
                    self.assertEqual(len(complaints), 1, complaints)
                    self.assertIn(word, complaints[0])

    def test_a_library_does_not_show_through_a_header(self):
        chain = [(pathlib.Path("lib/http/transfer.hpp"), "#include <curl/curl.h>"),
                 (pathlib.Path("lib/http/client.hpp"), '#include "http/transfer.hpp"'),
                 (pathlib.Path("lib/http/client.cpp"), '#include "http/client.hpp"')]
        self.assertEqual(check(ROOMS, chain), [])
        for outside in ("cmd/agrenting/hire.cpp", "lib/agrenting/api.cpp"):
            complaints = check({**ROOMS, "agrenting": ["http"]},
                               [*chain, (pathlib.Path(outside), '#include "http/client.hpp"')])
            self.assertEqual(len(complaints), 1, complaints)
            self.assertIn("shows curl/", complaints[0])

    def test_a_circle_of_declarations_is_found(self):
        circle = read_room_map("a: b\nb: c\nc: b\n")
        self.assertEqual(check(circle, []), ["rooms include each other in a circle: b -> c -> b"])

    def test_a_use_of_nothing_is_found(self):
        self.assertEqual(check({"a": ["b"]}, []), ["room a uses b, which is not declared"])


if __name__ == "__main__":
    unittest.main()
