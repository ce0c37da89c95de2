"""A knowledge graph of actors and partnerships in poverty reduction and development cooperation.

```python
import kg

kg.query("SELECT ?name { ?org a org:Organization ; skos:prefLabel ?name }")
kg.partners("UNICEF")
kg.centrality("betweenness")
```

Every function reads the shipped graph unless `store` names another. Nothing heavy is imported
before it is needed.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kg.version import __version__

if TYPE_CHECKING:
    from kg.api import ask, centrality, diff, network, open_graph, partners, path, query, render_map, show, ties

__all__ = [
    "__version__", "ask", "centrality", "diff", "network", "open_graph", "partners", "path", "query", "render_map",
    "show", "ties",
]  # fmt: skip


class _Face(ModuleType):
    """Keeps the functions `diff`, `network` and `ties` where the import of the modules so named would put those."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def __getattr__(name: str) -> Any:
    if name in __all__:
        from kg import api

        return getattr(api, name)
    raise AttributeError(f"module 'kg' has no attribute {name!r}")
