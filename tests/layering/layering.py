# SPDX-License-Identifier: MIT
"""Compares what the code includes with what lib/CMakeLists.txt lets it include.

layering.py ROOM_MAP SOURCE_DIR    ROOM_MAP is rooms.txt, as CMake writes it: "room: room room".
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Each library is met in one room, so that replacing it stays one room's affair. Headers of that room may
# include it as long as nobody outside includes them.
LIBRARIES = {
    "boost/": "net",
    "curl/": "http",
    "sqlite3.h": "store",
    "simdjson": "json",
    "toml++/": "config",
    "openssl/": "crypto",
    "CLI/": "cmd",
    "qrencode.h": "term",
}


def read_room_map(text):
    rooms = {}
    for line in text.splitlines():
        name, _, uses = line.partition(":")
        rooms[name.strip()] = uses.split()
    return rooms


def find_cycle(rooms):
    """A path through the declared graph that ends where it began, or nothing."""
    done = set()

    def visit(room, path):
        if room in path:
            return [*path[path.index(room):], room]
        if room in done:
            return None
        for used in rooms.get(room, []):
            if cycle := visit(used, [*path, room]):
                return cycle
        done.add(room)
        return None

    return next((cycle for room in rooms if (cycle := visit(room, []))), None)


# Folders of cmd/ and the others each may include; the files beside the folders put them together.
COMMANDS = {
    "frame": [],
    "local": ["frame"],
    "agentsgethired": ["frame"],
    "agrenting": ["frame"],
    "provide": ["frame", "agrenting", "local"],
    "account": ["frame", "agentsgethired", "agrenting"],
}


def library_of(target):
    return next((name for name in LIBRARIES if target.startswith(name)), None)


def room_of(path):
    return path.parts[0] if path.parts[0] == "cmd" else path.parts[1]


def headers_with_libraries(files):
    """Headers through which a library shows, as they are written in an include line, with that library."""
    includes = {}
    for path, text in files:
        if path.suffix == ".hpp" and path.parts[0] == "lib":
            includes["/".join(path.parts[1:])] = [target for _, target in INCLUDE.findall(text)]
    shown = {}
    for _ in includes:  # a chain of headers is at most this long
        for header, targets in includes.items():
            for target in targets:
                if library := library_of(target) or shown.get(target):
                    shown[header] = library
    return shown


def complaints_about(path, text, rooms, shown):
    """What one file includes and may not. `path` is relative to the source folder."""
    top, room = path.parts[0], room_of(path)
    for bracket, target in INCLUDE.findall(text):
        used = target.partition("/")[0]
        if library := library_of(target):
            if LIBRARIES[library] != room:
                yield f"{path}: <{target}> is met in {LIBRARIES[library]} only"
        elif bracket == "<":
            continue
        elif target in shown and used != room:
            yield f"{path}: \"{target}\" shows {shown[target]} and is not for other rooms"
        elif top == "cmd" and used == "cmd" and len(path.parts) == 3:
            folder, other = path.parts[1], target.split("/")[1]
            if other != folder and other not in COMMANDS.get(folder, []):
                yield f"{path}: the commands of {folder} may not include \"{target}\""
        elif top == "lib":
            if used == "cmd" or target.startswith(".."):
                yield f"{path}: \"{target}\": a room never reaches out of lib/"
            elif used not in rooms:
                yield f"{path}: \"{target}\" is in no declared room"
            elif used != room and used not in rooms.get(room, []):
                yield f"{path}: room {room} may not include \"{target}\""


def check(rooms, files):
    """Every complaint about `files`, pairs of a relative path and its text."""
    complaints = []
    for room, uses in rooms.items():
        complaints += [f"room {room} uses {used}, which is not declared" for used in uses if used not in rooms]
    if cycle := find_cycle(rooms):
        complaints.append("rooms include each other in a circle: " + " -> ".join(cycle))
    shown = headers_with_libraries(files)
    for path, text in files:
        if path.parts[0] == "lib" and room_of(path) not in rooms:
            complaints.append(f"{path} lies in no declared room")
        complaints += complaints_about(path, text, rooms, shown)
    return complaints


def source_files(root):
    for top in ("lib", "cmd"):
        for path in sorted((root / top).rglob("*.[ch]pp")):
            yield path.relative_to(root), path.read_text()


def main(room_map, source_dir):
    files = list(source_files(pathlib.Path(source_dir)))
    complaints = check(read_room_map(pathlib.Path(room_map).read_text()), files)
    print("\n".join(complaints) or f"{len(files)} files keep to their rooms")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
