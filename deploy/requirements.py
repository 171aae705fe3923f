"""Print the project's dependencies, a line each: what the image installs before our own code.

Usage: requirements.py pyproject.toml [EXTRA ...]
"""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
extras = (project["optional-dependencies"][name] for name in sys.argv[2:])
lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
sys.stdout.write("".join(f"{line}\n" for line in lines))
