"""Every generated file by its path, and whether what is checked in is the same."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from dashboards.alerting import alerting_files
from dashboards.names import FOLDERS
from dashboards.pages import pages
from dashboards.texts import LANGS, Lang

DASHBOARDS = PurePosixPath("dashboards")
"""One folder a language; Grafana shows each as a folder of its own."""
PROVIDERS = PurePosixPath("provisioning/dashboards/geohazard.yaml")
MOUNTED = "/etc/grafana/geohazard-dashboards"
"""Where docker-compose.yml mounts `DASHBOARDS`."""


def generated(langs: Sequence[Lang] = LANGS) -> dict[PurePosixPath, str]:
    """Render every file.

    Returns
    -------
    dict
        Text by path below ``dashboards/grafana``.
    """
    found = {
        DASHBOARDS / lang / f"{page.name}.json": _text(page.render(lang))
        for lang in langs
        for page in pages(lang)
    }
    if set(langs) == set(LANGS):
        found[PROVIDERS] = _text(_providers())
        found |= {PurePosixPath(path): _text(body) for path, body in alerting_files().items()}
    return found


def differences(folder: Path, langs: Sequence[Lang] = LANGS) -> list[str]:
    """Name the files below a folder that are not as they would be generated."""
    wanted = generated(langs)
    wrong = [str(path) for path, text in wanted.items() if _read(folder / path) != text]
    there = (folder / DASHBOARDS / lang for lang in langs)
    stray = [path for sub in there for path in sub.glob("*.json")]
    known = {folder / path for path in wanted}
    return sorted(wrong + [str(path.relative_to(folder)) for path in stray if path not in known])


def write(folder: Path, langs: Sequence[Lang] = LANGS) -> list[str]:
    """Write every file; returns the names of those that changed."""
    changed = differences(folder, langs)
    wanted = generated(langs)
    for name in changed:
        path = PurePosixPath(name)
        if path not in wanted:
            (folder / path).unlink()
            continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(wanted[path], encoding="utf-8")
    return changed


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _providers() -> dict[str, Any]:
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": uid,
                "orgId": 1,
                "type": "file",
                "folder": title,
                "folderUid": uid,
                "allowUiUpdates": False,
                "disableDeletion": False,
                "options": {"path": f"{MOUNTED}/{lang}"},
            }
            for lang, (uid, title) in FOLDERS.items()
        ],
    }
