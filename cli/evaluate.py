"""``geohazard evaluate``: the detectors against a record whose truth is known."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from cli.asked_record import AskedRecord
from cli.embedded.layout import PARTITIONS
from cli.evaluate_text import print_comparison, print_metrics
from cli.language import Language
from detectors.rules import DEFAULT_RULES, Rules
from domain.errors import GeohazardError
from domain.settings import IngestSettings, SamplingSettings
from domain.warnings import encode_warning
from evaluation.compare import compare
from evaluation.data_set import DataSet, open_data_set
from evaluation.door import Door
from evaluation.judge import evaluate as judge
from evaluation.metrics import Metrics, read_metrics
from evaluation.replay import Record
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
    loop: Annotated[
        bool,
        typer.Option(
            "--loop", help="Again, with devices that read more often as warnings ask them to."
        ),
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
    run = _Run(data, table, partitions, door, changed)
    metrics, record = run("evaluating")
    if loop:
        asked = AskedRecord(data, SamplingSettings(enabled=True))
        beside, _ = run("evaluating, devices asked", asked)
        metrics = msgspec.structs.replace(metrics, asked=beside.beside(asked.effort))
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


@dataclass(frozen=True)
class _Run:
    """One run over a record, with a bar in the terminal."""

    data: DataSet
    rules: Rules
    partitions: int
    door: Door
    changed: dict[str, float]

    def __call__(self, title: str, asked: AskedRecord | None = None) -> tuple[Metrics, Record]:
        """Run; with devices that answer, if they are given."""
        with Progress(transient=True, console=Console(stderr=True)) as progress:
            task = progress.add_task(title, total=self.data.rows)
            return judge(
                self.data,
                rules=self.rules,
                partitions=self.partitions,
                door=self.door,
                changed=self.changed,
                source=asked,
                watchers=[asked] if asked else [],
                on_progress=lambda rows: progress.update(task, advance=rows),
            )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise GeohazardError(msg) from error
