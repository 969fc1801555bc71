"""Print the lowest versions that pyproject.toml allows, as constraints: ``python .ci/lowest.py > lowest.txt``."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def lowest(requirements: list[str]) -> list[str]:
    """Return ``name==version`` for every requirement that has a lower bound."""
    found = (re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*])?\s*>=\s*([0-9][^,; ]*)", one) for one in requirements)
    return [f"{one[1]}=={one[2]}" for one in found if one]


def main() -> None:
    """Read the project beside this folder."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    sys.stdout.write("\n".join(lowest([*project["dependencies"], *extras["frames"], *extras["test"]])) + "\n")


if __name__ == "__main__":
    main()
