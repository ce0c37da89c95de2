"""The rules of the house, read from the source text: floors, doors, sizes, names, and what may not be written.

Each rule is a function from texts (by path) to complaints. It is tried on the project, which must give none,
and on small made-up sources, which must give one: a rule that cannot fail keeps nothing.
"""

from __future__ import annotations

import ast
import configparser
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from sys import stdlib_module_names

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the ground up. A room imports only from rooms on lower floors, or from itself.
FLOORS = (
    {"errors", "namespaces", "shipped", "version", "watch"},
    {"beside", "files", "packed"},
    {"model"},
    {"clean"},
    {"sources", "mapping", "store"},
    {"facts"},
    {"recipes"},
    {"identity", "lookup", "network", "places", "summary", "ties"},
    {"checks"},
    {"diff", "evidence", "export", "questions", "serve", "views"},
    {"answers"},
    {"assembly"},
    {"pipeline"},
    {"feeds"},
    {"api"},
    {"__init__"},
    {"cli"},
    {"__main__"},
)

# Which rooms or modules may import a library that is not Python's own.
DOORS = {
    "click": {"kg.cli"},
    "filelock": {"kg.store"},
    "lxml": {"kg.sources"},
    "jinja2": {"kg.views.coverage", "kg.views.map"},
    "markupsafe": {"kg.views.coverage", "kg.views.map"},
    "networkx": {"kg.network", "kg.export"},
    "numpy": {"kg.network", "kg.ties"},
    "openpyxl": {"kg.evidence.pin", "kg.sources"},
    "oxrdflib": {"kg.store"},
    "pandas": {"kg.api"},
    "pyarrow": {"kg.export", "kg.network", "kg.ties"},
    "pyoxigraph": {"kg.store"},
    "pyshacl": {"kg.checks"},
    "pyvis": {"kg.views.map"},
    "rdflib": {"kg.checks", "kg.store"},
    "scipy": {"kg.network"},
    "zstandard": {"kg.packed"},
}
# The others start fast enough to stand at the top of a module.
HEAVY = set(DOORS) - {"click", "filelock", "pyoxigraph"}

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"}
FUNCTION_LINES, MODULE_LINES, HOUSE_LINES = 45, 350, 8000
# What others publish has as many elements and defects as it has: a format stands beside the house, not in it.
FORMAT_LINES = 1500

UNWRITTEN = {
    "a path of one machine": re.compile(r"(?<![\w.:/~-])/(?:work|root|home)/"),
    "the address of a package index": re.compile(
        r"index-[u]rl|find-[l]inks|pypi[.]org|pythonhosted[.]|registry[.]npmjs"
    ),
    "a forgotten reminder": re.compile(r"\b(?:TOD[O]|FIXM[E])\b"),
}

Texts = Mapping[str, str]
Rule = Callable[[Texts], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name and how: at the top of a module, inside a function, or for types alone."""

    name: str
    line: int
    inside: bool = False
    types: bool = False


def module_name(path: str) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def floor(name: str) -> int | None:
    return next((number for number, rooms in enumerate(FLOORS) if name in rooms), None)


def imports(path: str, text: str) -> Iterator[Import]:
    yield from _imports(ast.parse(text, path), path, inside=False, types=False)


def _imports(node: ast.AST, path: str, *, inside: bool, types: bool) -> Iterator[Import]:
    for name in _imported(node, path):
        yield Import(name=name, line=node.lineno, inside=inside, types=types)
    inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    guarded = node.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) else ()
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, path, inside=inside, types=types or child in guarded)


def _imported(node: ast.AST, path: str) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            package = PurePosixPath(path).parts[: -node.level] if node.level else ()
            start = ".".join([*package, *filter(None, [node.module])])
            return [f"{start}.{alias.name}" for alias in node.names]
        case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
    return []


def target(name: str, modules: Iterable[str]) -> str:
    """The module that an imported name is in: `kg.store.view.View` is in `kg.store.view`, if that exists."""
    parts = name.split(".")
    prefixes = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in modules), name)


def check_floors(texts: Texts) -> Iterator[str]:
    modules = {module_name(path) for path in texts}
    rooms = {room(module) for module in modules}
    yield from (
        f"kg/{name}: this room stands on no floor; give it one in FLOORS" for name in rooms if floor(name) is None
    )
    for path, text in texts.items():
        here = room(module_name(path))
        for each in imports(path, text):
            if each.name.split(".")[0] != "kg":
                continue
            there = room(target(each.name, modules))
            if floor(there) is None and there not in rooms:
                there = "__init__"
            if here != there and not _below(there, here):
                yield f"{path}:{each.line}: {here} may not import from {there}, which is not below it"


def _below(lower: str, upper: str) -> bool:
    """Whether one room is below another; of a room on no floor that is said once, not at each import."""
    floors = (floor(lower), floor(upper))
    return None in floors or floors[0] < floors[1]


def check_circles(texts: Texts) -> Iterator[str]:
    modules = {module_name(path) for path in texts}
    known = {
        module_name(path): {target(each.name, modules) for each in imports(path, text)} & modules
        for path, text in texts.items()
    }
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        yield "a circle of imports: " + " <- ".join(error.args[1])


def check_doors(texts: Texts) -> Iterator[str]:
    for path, text in texts.items():
        module = module_name(path)
        for each in imports(path, text):
            library = each.name.split(".")[0]
            if library in stdlib_module_names | {"kg"} or each.types:
                continue
            if not any(f"{module}.".startswith(f"{door}.") for door in DOORS.get(library, ())):
                yield f"{path}:{each.line}: {library} has no door here; see DOORS"
            elif library in HEAVY and not each.inside:
                yield f"{path}:{each.line}: {library} starts slowly; import it inside the function that needs it"


def check_names(texts: Texts) -> Iterator[str]:
    for path in texts:
        if empty := EMPTY_NAMES.intersection(re.split(r"[./_]", path)):
            yield f"{path}: {empty.pop()} says nothing about what is inside"


def check_sizes(texts: Texts) -> Iterator[str]:
    lines = {path: len(text.splitlines()) for path, text in texts.items()}
    formats = {path: _format(path) for path in texts}
    for name in ("", *sorted(set(formats.values()) - {""})):
        code = sum(_code_lines(text) for path, text in texts.items() if formats[path] == name)
        allowed = FORMAT_LINES if name else HOUSE_LINES
        if code >= allowed:
            yield f"kg/{name}: {code} lines of code, fewer than {allowed} must do"
    yield from (
        f"{path}: {count} lines, at most {MODULE_LINES}" for path, count in lines.items() if count > MODULE_LINES
    )
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {_length(node)} lines, at most {FUNCTION_LINES}"


def _format(path: str) -> str:
    """The format of published data that a module reads, as `sources/iati`; empty of all that is not for one format."""
    parts = PurePosixPath(path).parts
    return f"sources/{parts[2]}" if parts[1] == "sources" and len(parts) > 3 else ""


def _code_lines(text: str) -> int:
    """Lines that do something: docstrings, comments and blank lines are free, so that nobody saves on them."""
    free = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in free]
    told = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    return len({line for token in tokens for line in range(token.start[0], token.end[0] + 1)} - told)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, those of its docstring not counted."""
    told = node.body[0] if ast.get_docstring(node) else None
    return node.end_lineno - node.lineno + 1 - (told.end_lineno - told.lineno + 1 if told else 0)


def check_slips(texts: Texts) -> Iterator[str]:
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                yield f"{path}:{node.lineno}: say which exception is expected"
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and re.search(r"type:\s*ignore(?!\[)", token.string):
                yield f"{path}:{token.start[0]}: say which error of the type checker is meant, in brackets"


def check_texts(texts: Texts) -> Iterator[str]:
    for path, text in texts.items():
        for what, pattern in UNWRITTEN.items():
            if found := pattern.search(text):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {what}: {found[0]}"


def read(*patterns: str) -> dict[str, str]:
    paths = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def written() -> dict[str, str]:
    """All texts that belong to the project; what others wrote and what is generated stays out."""
    folders = (".ci", "benchmarks", "data", "docs", "kg", "notebooks", "ontology", "tests")
    kinds = ("cff", "cfg", "css", "csv", "html", "ipynb", "js", "json", "lock", "md", "nq", "py", "rq", "toml", "ttl")
    patterns = [f"{folder}/**/*.{kind}" for folder in folders for kind in kinds]
    tops = ["Makefile", "NOTICE", ".gitignore", ".ci/run", *(f"*.{kind}" for kind in kinds)]
    return {path: text for path, text in read(*patterns, *tops).items() if not path.endswith((".min.js", ".min.css"))}


def requirements() -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return {re.match(r"[\w-]+", line)[0] for line in config["options"]["install_requires"].split("\n") if line}


RULES_OF_CODE = (check_floors, check_circles, check_doors, check_names, check_sizes)


@pytest.mark.parametrize("rule", RULES_OF_CODE)
def test_the_package_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(read("kg/**/*.py"))) == []


def test_nothing_is_caught_or_ignored_wholesale() -> None:
    assert list(check_slips(read("kg/**/*.py", "tests/**/*.py", "benchmarks/**/*.py"))) == []


def test_nothing_is_written_that_holds_on_one_machine_only() -> None:
    texts = written()
    assert {"Makefile", "setup.cfg", "requirements.lock", ".ci/run", "tests/test_architecture.py"} <= set(texts)
    assert list(check_texts(texts)) == []


def test_each_required_library_has_a_door_and_each_door_a_requirement() -> None:
    assert requirements() == set(DOORS)


TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
LONG = "def long():\n" + "    pass\n" * FUNCTION_LINES

BROKEN: list[tuple[Rule, Texts, str]] = [
    (check_floors, {"kg/clean/names.py": "from kg.store import view", "kg/store/view.py": ""}, "clean may not"),
    (check_floors, {"kg/clean/names.py": "def f():\n    import kg.cli"}, ":2: clean may not import from cli"),
    (check_floors, {"kg/clean/names.py": f"{TYPES}from kg.api import Row"}, ":3: clean may not import from api"),
    (check_floors, {"kg/sources/iati.py": "from kg.mapping.rows import x"}, "sources may not import from mapping"),
    (check_floors, {"kg/sources/iati.py": "from ..store import view"}, "sources may not import from store"),
    (check_floors, {"kg/ties.py": "from kg.network.project import x"}, "ties may not import from network"),
    (check_floors, {"kg/errors.py": "from kg import __version__"}, "errors may not import from __init__"),
    (check_floors, {"kg/kitchen/stove.py": ""}, "kg/kitchen: this room stands on no floor"),
    (check_circles, {"kg/clean/a.py": "from . import b", "kg/clean/b.py": "def f():\n    import kg.clean.a"}, "circle"),
    (check_circles, {"kg/clean/__init__.py": "from kg.clean.a import x", "kg/clean/a.py": "import kg.clean"}, "circle"),
    (check_doors, {"kg/lookup.py": "import click"}, "click has no door here"),
    (check_doors, {"kg/views/table.py": "def f():\n    from pyvis.network import Network"}, ":2: pyvis has no door"),
    (check_doors, {"kg/views/mapping.py": "def f():\n    import pyvis"}, "pyvis has no door"),
    (check_doors, {"kg/lookup.py": "def f():\n    importlib.import_module('pandas')"}, "pandas has no door"),
    (check_doors, {"kg/cli/main.py": "import rich"}, "rich has no door here"),
    (check_doors, {"kg/network/project.py": "import networkx as nx"}, "networkx starts slowly"),
    (check_doors, {"kg/api.py": "class A:\n    import pandas"}, "pandas starts slowly"),
    (check_doors, {"kg/api.py": f"{TYPES}pass\nelse:\n    import pandas"}, "pandas starts slowly"),
    (check_names, {"kg/store/utils.py": ""}, "utils says nothing"),
    (check_names, {"kg/base/names.py": ""}, "base says nothing"),
    (check_names, {"kg/clean/name_helpers.py": ""}, "helpers says nothing"),
    (check_sizes, {"kg/clean/a.py": LONG}, f"long has {FUNCTION_LINES + 1} lines"),
    (check_sizes, {"kg/clean/a.py": "\n" * (MODULE_LINES + 1)}, f"{MODULE_LINES + 1} lines, at most"),
    (check_sizes, {f"kg/clean/{number}.py": "x = 1\n" * 250 for number in range(32)}, "8000 lines of code, fewer"),
    (
        check_sizes,
        {f"kg/sources/x/{number}.py": "x = 1\n" * 300 for number in range(5)},
        "sources/x: 1500 lines of code",
    ),
    (check_slips, {"kg/clean/a.py": "try:\n    pass\nexcept:\n    pass"}, ":3: say which exception"),
    (check_slips, {"kg/clean/a.py": "x = 1\ny = x  # type: ignore"}, ":2: say which error"),
    (check_texts, {"docs/a.md": "one\nsee /" + "work/main"}, "docs/a.md:2: a path of one machine"),
    (check_texts, {"docs/a.md": "`/" + "home/me/kg`"}, "a path of one machine"),
    (check_texts, {"a.lock": "--extra-index" + "-url x"}, "the address of a package index"),
    (check_texts, {"kg/a.py": "# TO" + "DO: later"}, "a forgotten reminder"),
]

WHOLE: list[tuple[Rule, Texts]] = [
    (check_floors, {"kg/store/view.py": "from kg.model.terms import Iri\nfrom . import nquads\nimport json"}),
    (check_floors, {"kg/network/project.py": "from kg.recipes import Recipe"}),
    (check_floors, {"kg/cli/main.py": "from kg import __version__\nfrom kg.errors import KgError"}),
    (check_circles, {"kg/clean/a.py": "from . import b, c", "kg/clean/b.py": "from . import c", "kg/clean/c.py": ""}),
    (check_doors, {"kg/views/map.py": f"{TYPES}import networkx\ndef f():\n    import pyvis"}),
    (check_doors, {"kg/store/view.py": "import pyoxigraph", "kg/cli/__init__.py": "import click, sys"}),
    (check_names, {"kg/clean/database.py": "", "kg/model/commons.py": ""}),
    (
        check_sizes,
        {"kg/clean/a.py": LONG.replace(":\n", ':\n    """Two\n    lines."""\n', 1).replace("    pass\n", "", 1)},
    ),
    (
        check_slips,
        {"kg/clean/a.py": "s = '# type: ignore'  # type: ignore[name]\ntry:\n    f()\nexcept OSError:\n    f()"},
    ),
    (check_texts, {"docs/a.md": "https://example.org/home/ and site.org/" + "work/ and homework/root/ and Todo"}),
]


@pytest.mark.parametrize(("rule", "texts", "complaint"), BROKEN)
def test_a_broken_rule_is_noticed(rule: Rule, texts: Texts, complaint: str) -> None:
    complaints = list(rule(texts))
    assert len(complaints) == 1
    assert complaint in complaints[0]


@pytest.mark.parametrize(("rule", "texts"), WHOLE)
def test_what_is_allowed_is_not_complained_about(rule: Rule, texts: Texts) -> None:
    assert list(rule(texts)) == []
