"""Google's own analyzer over statements read from standard input as JSON; run inside its own environment.

Input: {"tables": {full name: {column: type}}, "scripts": [[script, {parameter: type}], …]}. Output: the number of
statements, and [statement, error] of each one that is refused. A script is split at its semicolons; parameters and
variables are put in as nulls of their types.
"""

import json
import re
import sys

from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.types import (
    AnalyzerOptions,
    LanguageOptions,
    TypeKind,
    ZetaSQLBuiltinFunctionOptions,
)

NOT_ANALYZED = ("BEGIN", "COMMIT", "ROLLBACK", "DECLARE")
VARIABLES = {"new_build": "INT64", "new_waiver": "STRING"}


def main() -> None:
    asked = json.load(sys.stdin)
    language = LanguageOptions.maximum_features()
    catalog = CatalogBuilder("warehouse").with_builtin_functions(
        ZetaSQLBuiltinFunctionOptions(language_options=language)
    )
    for name, columns in asked["tables"].items():
        table = TableBuilder(name)
        for column, kind in columns.items():
            table = table.add_column(column, getattr(TypeKind, f"TYPE_{'DOUBLE' if kind == 'FLOAT64' else kind}"))
        catalog = catalog.add_table(table.build())
    analyzer = Analyzer(AnalyzerOptions(language_options=language), catalog.build())
    refused = []
    statements = list(dict.fromkeys(one for script, types in asked["scripts"] for one in parts(script, types)))
    for statement in statements:
        try:
            analyzer.analyze_statement(statement)
        except Exception as error:  # noqa: BLE001 - the analyzer's errors share no narrower class
            refused.append([statement, str(error)])
    json.dump({"statements": len(statements), "refused": refused}, sys.stdout)


def parts(script: str, types: dict[str, str]) -> list[str]:
    found = []
    for part in re.split(r";\s*(?:\n|$)", script):
        statement = part.strip()
        if not statement or statement.startswith(NOT_ANALYZED):
            continue
        statement = re.sub(r"^SET \w+ = ", "SELECT ", statement)
        for variable, kind in VARIABLES.items():
            statement = re.sub(rf"\b{variable}\b", f"CAST(NULL AS {kind})", statement)
        statement = re.sub(r"@(\w+)", lambda name: f"CAST(NULL AS {types[name[1]]})", statement)
        found.append(statement)
    return found


if __name__ == "__main__":
    main()
