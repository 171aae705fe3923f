"""``geohazard dashboards …``: Grafana's dashboards and alert rules."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from dashboards import files
from dashboards.deploy import DeployError, Options, PolicyMode, deploy
from dashboards.texts import LANGS, Lang
from domain.settings import secret_of

app = typer.Typer(help="Grafana dashboards and alert rules.", no_args_is_help=True)

Which = Literal["en", "zh", "all"]
LANG = Annotated[Which, typer.Option(help="One language, or all.")]


@app.command()
def build(
    lang: LANG = "all",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a file differs.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("dashboards/grafana"),
) -> None:
    """Write dashboards, alert rules and provisioning as files."""
    if check:
        wrong = files.differences(out, _langs(lang))
        for name in wrong:
            typer.echo(f"differs: {name}")
        raise typer.Exit(1 if wrong else 0)
    if not out.parent.exists():
        msg = f"{out.parent} does not exist: run this in the project's folder, or say --out"
        raise DeployError(msg)
    changed = files.write(out, _langs(lang))
    for name in changed:
        typer.echo(f"wrote {out / name}")
    typer.echo(f"{len(changed)} files changed")


@app.command("deploy")
def deploy_command(
    url: Annotated[str, typer.Option(help="Address of a Grafana that runs (9.3 or newer).")],
    token_file: Annotated[
        Path, typer.Option(help="File with a service account's token.", envvar="GRAFANA_TOKEN_FILE")
    ],
    lang: LANG = "all",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, but write nothing.")] = False,
    webhook_url: Annotated[
        str | None, typer.Option(help="Where alerts are posted (…/grafana of the receiver).")
    ] = None,
    webhook_secret_file: Annotated[
        Path | None, typer.Option(help="File with the secret that signs them.")
    ] = None,
    resend_secret: Annotated[
        bool, typer.Option("--resend-secret", help="Write the secret again: it has changed.")
    ] = False,
    policy: Annotated[
        PolicyMode, typer.Option(help="What becomes of the notification policies.")
    ] = PolicyMode.AUTO,
    influx_url: Annotated[
        str | None, typer.Option(help="InfluxDB, as Grafana reaches it; makes the data source.")
    ] = None,
    influx_token_file: Annotated[
        Path | None, typer.Option(help="File with a token that may read it.")
    ] = None,
    influx_bucket: Annotated[str, typer.Option(help="Bucket or database.")] = "geohazard",
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Send the token unencrypted.")
    ] = False,
) -> None:
    """Bring dashboards and alert rules to a Grafana that runs; twice changes nothing."""
    options = Options(
        url=url,
        token=_secret(token_file, "token"),
        langs=_langs(lang),
        dry_run=dry_run,
        webhook_url=webhook_url,
        webhook_secret=_secret(webhook_secret_file, "webhook secret"),
        influx_url=influx_url,
        influx_token=_secret(influx_token_file, "InfluxDB token"),
        influx_bucket=influx_bucket,
        policy=policy,
        resend_secret=resend_secret,
        plain_http=plain_http,
    )
    changes = deploy(options, typer.echo)
    changed = sum(change.action in ("create", "update") for change in changes)
    same = sum(change.action == "same" for change in changes)
    typer.echo(f"{changed} {'would change' if dry_run else 'changed'}, {same} as they should be")


def _langs(lang: Which) -> tuple[Lang, ...]:
    return LANGS if lang == "all" else (lang,)


def _secret(file: Path | None, what: str) -> str:
    secret = secret_of(None, file)
    if file is not None and not secret:
        msg = f"{file} holds no {what}"
        raise DeployError(msg)
    return secret or ""
