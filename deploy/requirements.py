"""Print the project's dependencies, a line each: what the image installs before our own code."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
sys.stdout.write("".join(f"{line}\n" for line in project["dependencies"]))
