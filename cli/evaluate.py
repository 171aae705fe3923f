"""``geohazard evaluate``: the detectors against a record whose truth is known."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from cli.embedded.layout import PARTITIONS
from cli.evaluate_text import print_comparison, print_metrics
from cli.language import Language
from detectors.rules import DEFAULT_RULES
from domain.errors import GeohazardError
from domain.settings import IngestSettings
from domain.warnings import encode_warning
from evaluation.compare import compare
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.judge import evaluate as run
from evaluation.metrics import read_metrics
from evaluation.report import report
from evaluation.rule_changes import change_rules, parse_settings, read_rules_file
from evaluation.words import LANGUAGES

WARNINGS = "warnings.jsonl"
"""Every warning of a run, a line each: what `geohazard explain` looks into."""


def evaluate(
    folder: Annotated[Path, typer.Argument(help="What `geohazard sim generate` wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for metrics.json, report.html and warnings.jsonl; the data set's own."
        ),
    ] = None,
    partitions: Annotated[
        int, typer.Option(min=1, max=256, help="As the topic of readings has; silence needs it.")
    ] = PARTITIONS,
    rules: Annotated[
        Path | None, typer.Option(help="TOML file of thresholds to change for this run.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Threshold to change: name=value.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="metrics.json of another run, to compare with.")
    ] = None,
    no_door: Annotated[
        bool, typer.Option("--no-door", help="Let in what ingest refuses, such as wrong clocks.")
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print metrics.json.")] = False,
) -> None:
    """Judge the detectors by a simulated record: warnings, false alarms, flags, forecasts."""
    changed = read_rules_file(rules) if rules else {}
    changed |= parse_settings(changes or ())
    table = change_rules(DEFAULT_RULES, changed)
    before = read_metrics(baseline) if baseline else None
    data = open_data_set(folder)
    door = Door(0, 0, open_to_all=True) if no_door else Door.of(IngestSettings())
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task("evaluating", total=data.rows)
        metrics, record = run(
            data,
            rules=table,
            partitions=partitions,
            door=door,
            changed=changed,
            on_progress=lambda rows: progress.update(task, advance=rows),
        )
    words = LANGUAGES[lang.value]
    comparison = compare(before, metrics) if before else None
    text = msgspec.json.format(msgspec.json.encode(metrics)).decode() + "\n"
    target = out or folder
    _write(target / "metrics.json", text)
    _write(target / "report.html", report(metrics, comparison, words))
    lines = [encode_warning(known.event).decode() + "\n" for known in record.warnings]
    _write(target / WARNINGS, "".join(lines))
    if as_json:
        typer.echo(text)
        return
    console = Console()
    print_metrics(metrics, console, words)
    if comparison:
        print_comparison(comparison, console, words)
    typer.echo(f"{target / 'metrics.json'}  {target / 'report.html'}")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise GeohazardError(msg) from error
