"""What a query or condition that a user typed may be: one SELECT over the catalog's tables.

DuckDB itself parses the text and gives it as a tree. Each node of it must be of a kind that is known to
read only, each table one that is named here or a common table expression (CTE) in scope, each function
and type one of `admitted_functions`. What is not known is refused, so that a later DuckDB opens nothing.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from dicomlab.catalog.admitted_functions import FUNCTIONS, OPERATORS, TABLE_FUNCTIONS, TYPES
from dicomlab.errors import REFERENCES_NEED_HEADERS, BadQuery
from dicomlab.suggestions import did_you_mean

if TYPE_CHECKING:
    import duckdb

Tree: TypeAlias = Mapping[str, Any]

_EXPRESSIONS = frozenset(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF "
    "OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW".split()
)
_OTHERS = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE "
    "BASE_TABLE EMPTY EXPRESSION_LIST JOIN PIVOT SHOW_REF SUBQUERY TABLE_FUNCTION "
    "DISTINCT_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER ORDER_MODIFIER "
    "ASCENDING DESCENDING ORDER_DEFAULT".split()
)
_DESCRIBED = frozenset(("DESCRIBE", "SUMMARY"))
_EXPLAIN = re.compile(r"\s*EXPLAIN\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_ANALYZE = re.compile(r"\s*(\(\s*)?ANALY[ZS]E\b", re.IGNORECASE)
_NO_SELECT = "it is not a statement that only reads."
_NESTED = "it is nested too deeply."
_NAMELESS = "of that name"


@dataclass(frozen=True)
class Admitted:
    """A query that only reads: what to run, and which of the tables it names."""

    text: str
    tables: frozenset[str]


def admitted(query: str, tables: Collection[str]) -> Admitted:
    """The query, if it is one SELECT over these tables; EXPLAIN before it is put there by us.

    Raises BadQuery for anything else, also for a function that is not known only to work out a value.

    >>> admitted("SELECT count(*) FROM series", ["series"]).tables
    frozenset({'series'})
    """
    query = with_quoted_names(query)
    explained = _EXPLAIN.match(query)
    inner = explained["rest"] if explained else query
    if explained and _ANALYZE.match(inner):
        raise BadQuery("EXPLAIN ANALYZE runs what it explains, where EXPLAIN alone does not.")
    used = _used(_one_select(inner), tables)
    bare = inner.strip().rstrip(";").rstrip()
    return Admitted(f"EXPLAIN {bare}" if explained else bare, used)


_RESERVED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\$\$.*?\$\$|\b(?P<word>references)\b""",
    re.IGNORECASE | re.DOTALL,
)


def with_quoted_names(query: str) -> str:
    """The query with the name of the table `references`, which is a word of SQL, in quotation marks.

    >>> with_quoted_names("SELECT count(*) FROM references")
    'SELECT count(*) FROM "references"'
    """
    return _RESERVED.sub(lambda found: '"references"' if found["word"] else found[0], query)


def admitted_condition(condition: str, tables: Collection[str]) -> frozenset[str]:
    """Which tables a condition names in subqueries; raises BadQuery unless it is one expression.

    It must be the same with brackets around it and without: so it cannot end the one it is put into.
    """
    if not condition.strip():
        raise BadQuery("the condition is empty, and all would be: true.")
    inside = _condition_tree(f"SELECT 1 WHERE (\n{condition}\n)")
    alone = _condition_tree(f"SELECT 1 WHERE\n{condition}\n")
    if inside is None or inside != alone:
        raise BadQuery("the condition is not one expression.")
    return _used(inside, tables)


def _used(tree: Any, tables: Collection[str]) -> frozenset[str]:
    """Which of these tables a tree names; raises BadQuery for a node that is not admitted."""
    walk = _Walk({name.lower(): name for name in tables})
    try:
        walk.visit(tree, frozenset())
    except RecursionError:
        raise BadQuery(_NESTED) from None
    return frozenset(walk.used)


def named_tables(query: str, tables: Collection[str]) -> frozenset[str]:
    """Which of these tables a query names that is admitted; a CTE of the same name counts, too."""
    query = with_quoted_names(query)
    explained = _EXPLAIN.match(query)
    known = {name.lower(): name for name in tables}
    found: set[str] = set()
    waiting: list[Any] = [_one_select(explained["rest"] if explained else query)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            if node.get("type") == "BASE_TABLE":
                found.add(str(node.get("table_name", "")).lower())
    return frozenset(known[name] for name in found & set(known))


@dataclass
class _Walk:
    """A walk over a tree that raises BadQuery at the first node that is not admitted."""

    tables: Mapping[str, str]
    """The tables, by their names in small letters."""
    used: set[str] = field(default_factory=set)

    def visit(self, node: Any, scope: frozenset[str]) -> None:
        """Look at a node and all below it; `scope` are the CTEs that it sees."""
        if isinstance(node, list):
            for one in node:
                self.visit(one, scope)
        elif isinstance(node, dict):
            kind = _kind(node)
            if kind == "CONSTANT":
                return
            self._check(kind, node, scope)
            scope = self._with_ctes(node, scope)
            for name, value in node.items():
                if name != "cte_map":
                    self.visit(value, scope)

    def _with_ctes(self, node: Tree, scope: frozenset[str]) -> frozenset[str]:
        """The CTEs that the rest of a node sees: one sees those before it, and itself if recursive."""
        for one in (node.get("cte_map") or {}).get("map", ()):
            name, inner = str(one["key"]).lower(), one["value"]
            query = inner.get("query_node") or inner.get("query") or {}
            query = query.get("node", query)
            is_recursive = query.get("type") == "RECURSIVE_CTE_NODE"
            self.visit(inner, scope | {name} if is_recursive else scope)
            scope = scope | {name}
        return scope

    def _check(self, kind: str | None, node: Tree, scope: frozenset[str]) -> None:
        if kind is None:
            return
        allowed = _EXPRESSIONS if "class" in node else _OTHERS
        if kind not in allowed:
            raise BadQuery(_about_kind(kind))
        if kind == "BASE_TABLE":
            self._check_table(node, scope)
        elif kind == "SHOW_REF":
            if node.get("show_type") not in _DESCRIBED or not node.get("query"):
                raise BadQuery(f"the tables are {', '.join(self.tables.values())}: DESCRIBE shows one.")
        elif kind == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name"))
            if _path(node["function"]) != [name] or name.lower() not in TABLE_FUNCTIONS:
                raise BadQuery(_about_function(name))
        elif kind in ("FUNCTION", "WINDOW"):
            self._check_function(node)
        elif kind == "TYPE":
            name = str(node.get("type_name"))
            if len(_path(node)) != 1 or name.lower() not in TYPES:
                raise BadQuery(f"there is no type {_shown(name)} that it may use.")

    def _check_table(self, node: Tree, scope: frozenset[str]) -> None:
        name = str(node.get("table_name", ""))
        is_plain = _path(node) == [name] and not node.get("schema_name") and not node.get("catalog_name")
        if node.get("at_clause") or not is_plain:
            raise BadQuery("a table is named as it is called, without anything before or behind.")
        if name.lower() in scope:
            return
        if name.lower() not in self.tables:
            hint = did_you_mean(name, self.tables.values()) or f" It has: {', '.join(self.tables.values())}."
            hint = REFERENCES_NEED_HEADERS if name.lower() == "references" else hint
            raise BadQuery(f"there is no table {_shown(name)}.{hint}")
        self.used.add(self.tables[name.lower()])

    @staticmethod
    def _check_function(node: Tree) -> None:
        # KVP.abs() and pg_catalog.abs(KVP) are abs, too: nobody can make a function in a catalog.
        name, path = str(node.get("function_name")), _path(node)
        if path[-1:] != [name] or name.lower() not in FUNCTIONS | OPERATORS:
            raise BadQuery(_about_function(name))


def _kind(node: Tree) -> str | None:
    found = node.get("class", node.get("type"))
    return found if isinstance(found, str) else None


def _path(node: Tree) -> list[str]:
    return [str(part) for part in (node.get("qualified_name") or {}).get("path", ())]


def _about_kind(kind: str) -> str:
    if kind == "PARAMETER":
        return "it has a parameter, such as ? or $1, where a value is needed."
    return _NO_SELECT


def _about_function(name: str) -> str:
    hint = did_you_mean(name, [*FUNCTIONS, *TABLE_FUNCTIONS]) if _shown(name) != _NAMELESS else ""
    return f"the function {_shown(name)} is not one that only works out a value.{hint}"


def _shown(name: str) -> str:
    """A name as it was typed, if it is one."""
    return f"'{name}'" if re.fullmatch(r"[\w.%+*/<>=!~&|^@-]{1,64}", name) else _NAMELESS


def _one_select(query: str) -> Tree:
    """The tree of a query; raises BadQuery for what is not one SELECT."""
    found = _parsed(query)
    if found.get("error"):
        raise BadQuery(_why_not(query, found))
    statements = found["statements"]
    if len(statements) != 1:
        raise BadQuery(f"it holds {len(statements)} statements.")
    node: Tree = statements[0]["node"]
    return node


def _why_not(query: str, found: Tree) -> str:
    import duckdb

    if found.get("error_type") == "parser":
        line = str(found.get("error_message", "")).split("\n", 1)[0]
        return f"Parser Error: {line}."
    try:
        statements = duckdb.extract_statements(query)
        kinds = [statement.type for statement in statements]
    except (duckdb.Error, ValueError):  # of some kinds duckdb's Python has no name
        return _NO_SELECT
    if kinds == [duckdb.StatementType.MULTI]:
        return "PIVOT needs the values to be named: PIVOT ... ON Modality IN ('CT', 'MR')."
    return _NO_SELECT if len(kinds) == 1 else f"it holds {len(kinds)} statements."


def _condition_tree(query: str) -> Any:
    """The tree of the condition of such a query; None if it is more than a condition."""
    node = dict(_one_select(query))
    condition = node.pop("where_clause", None)
    try:
        return _without_places(condition) if _without_places(node) == _bare_select() else None
    except RecursionError:
        raise BadQuery(_NESTED) from None


@cache
def _bare_select() -> Any:
    node = dict(_one_select("SELECT 1 WHERE true"))
    node.pop("where_clause")
    return _without_places(node)


def _without_places(node: Any) -> Any:
    """The tree without where in the text things stand."""
    if isinstance(node, list):
        return [_without_places(one) for one in node]
    if isinstance(node, dict):
        return {k: _without_places(v) for k, v in node.items() if not k.startswith("query_location")}
    return node


_PARSE = (
    "SELECT json_serialize_sql(?::VARCHAR, skip_empty := true, skip_null := true, skip_default := true)"
    "::VARCHAR"
)
_lock = threading.Lock()


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    import duckdb

    # One thread: a forked process can go on with it, since no other thread is lost.
    database = duckdb.connect(config={"threads": 1, "enable_external_access": "false"})
    database.execute("SET lock_configuration = true")
    return database


def _parsed(query: str) -> Tree:
    import duckdb

    try:
        with _lock:
            row = _parser().execute(_PARSE, [query]).fetchone()
        found: Tree = json.loads(row[0]) if row else {}
    except (RecursionError, duckdb.Error, ValueError):
        raise BadQuery(_NESTED) from None
    return found
