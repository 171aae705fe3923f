"""``geohazard explain``: why a warning was given, in words and as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.case import Case
from alerts.explain import explain as in_words
from alerts.picture import draw_case, has_chinese_font
from alerts.readings_text import readings_text
from cli.explain_sources import from_file, from_folder, from_settings
from cli.language import Language
from cli.roles import CONFIG
from domain.settings import load_settings


def explain(
    warning_id: Annotated[
        str,
        typer.Argument(
            help="Id of the warning: w_ and 24 digits; a beginning that no other has will do."
        ),
    ],
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of `geohazard up`, or a data set that `geohazard evaluate` judged."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="File of warnings, one as JSON on each line.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the words.")] = Language.EN,
    png: Annotated[
        Path | None,
        typer.Option(
            "--png", "--picture", help="Draw it into this file; its ending decides the form."
        ),
    ] = None,
    config: CONFIG = None,
) -> None:
    """Say why a warning was given: readings, flags, features, limits, rule, forecast.

    Without a folder or a file, the store that the settings name is asked: InfluxDB, or DuckDB.
    """
    settings = load_settings(config)
    if data_dir is not None and file is not None:
        msg = "name a folder with --data-dir or a file with --file, not both"
        raise typer.BadParameter(msg)
    if file is not None:
        case = from_file(file, warning_id)
    elif data_dir is not None:
        case = from_folder(data_dir, warning_id)
    else:
        case = from_settings(settings, warning_id)
    typer.echo(_text(case, lang, settings.alerts.cap_status))
    if png is not None:
        _draw(case, png, lang)


def _text(case: Case, lang: Language, status: str) -> str:
    found = in_words(case.event, case.point, status)
    words = found.zh if lang is Language.ZH else found.en
    advice = f"处置建议：{words.advice}" if lang is Language.ZH else words.advice
    parts = [words.headline, advice, "", words.text]
    readings = readings_text(case, lang.value)
    if readings:
        parts += ["", readings]
    return "\n".join(parts)


def _draw(case: Case, path: Path, lang: Language) -> None:
    language = lang.value
    if lang is Language.ZH and not has_chinese_font():
        typer.secho("geohazard: no Chinese font here, the picture is in English", err=True)
        language = Language.EN.value
    draw_case(case, path, language)
    typer.echo(str(path))
