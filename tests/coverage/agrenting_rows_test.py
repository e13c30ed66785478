# SPDX-License-Identifier: MIT
"""Every row of docs/wire/agrenting-rows.md has a test that names it, or a reason why not; and every route and
tool of the emulated Agrenting has a row. A test names its rows in a comment: `rows: A1 tool.hire_agent`."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = ROOT / "docs" / "wire" / "agrenting-rows.md"
HANDLERS = ROOT / "lib" / "emulator" / "agrenting"
TESTS = [path for folder in ("unit/emulator", "unit/crypto", "e2e", "clients")
         for path in sorted((ROOT / "tests" / folder).iterdir()) if path.suffix in (".cpp", ".py", ".mjs")]


def read_rows(text):
    """{row: (what, reason)}"""
    cells = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in text.splitlines()
             if line.startswith("| ") and not line.startswith("| row ")]
    return {row: (what.rstrip(" |"), rest[0].strip("| ") if rest else "") for row, what, *rest in cells}


def read_tags(text):
    """The rows that a file's `rows:` comments name."""
    return [row for line in re.findall(r"(?://|#)\s*rows:\s*(.+)", text) for row in line.split()]


def read_routes(text):
    """[(row, method, path)]"""
    return re.findall(r'Route\{"(\w+)",\s*"(\w+)",\s*"([^"]+)"', text)


def complaints(rows, tags, routes, tools):
    """What is wrong, as sentences."""
    named = {row for row, _ in tags}
    for row, (_, reason) in rows.items():
        if row not in named and not reason:
            yield f"row {row} has no test and no reason"
        if row in named and reason:
            yield f"row {row} has both a test and a reason why not: {reason}"
    for row, where in tags:
        if row not in rows:
            yield f"{where} names row {row}, which is not in the list"
    for row, method, path in routes:
        what = rows.get(row, ("", ""))[0]
        if f"{method} {path}" not in what:
            yield f"route {method} {path} is not in row {row}"
    for tool in tools:
        if f"tool.{tool}" not in rows:
            yield f"tool {tool} has no row"


class Rows(unittest.TestCase):
    def test_every_row_is_tested_or_explained(self):
        tags = [(row, path.name) for path in TESTS for row in read_tags(path.read_text())]
        sources = "\n".join(path.read_text() for path in sorted(HANDLERS.glob("*.cpp")))
        routes = read_routes(sources)
        tools = re.findall(r'Tool\{\s*"(\w+)"', sources)
        self.assertGreater(len(routes), 40)
        self.assertGreater(len(tools), 14)
        self.assertEqual(list(complaints(read_rows(ROWS.read_text()), tags, routes, tools)), [])

    def test_each_complaint_is_made(self):
        rows = read_rows("| A1 | POST /a | |\n| A2 | GET /b | because |\n| tool.t | x | |\n")
        fine = [("A1", "f"), ("tool.t", "f")]
        self.assertEqual(list(complaints(rows, fine, [("A1", "POST", "/a")], ["t"])), [])
        for tags, routes, tools, word in [
            (fine[:1], [], [], "no test"),
            ([*fine, ("A2", "f")], [], [], "both"),
            ([*fine, ("Z9", "f")], [], [], "not in the list"),
            (fine, [("A1", "PUT", "/a")], [], "not in row"),
            (fine, [], ["u"], "has no row"),
        ]:
            with self.subTest(word):
                self.assertEqual([word in c for c in complaints(rows, tags, routes, tools)], [True])


if __name__ == "__main__":
    unittest.main()
