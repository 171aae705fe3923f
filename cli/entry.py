"""What the ``geohazard`` script calls: a role starts light, everything else is `cli.main`."""

import sys

ROLES = (
    *("ingest", "detect", "store", "notify", "console", "webhook-receiver"),
    *("embedded-mqtt", "embedded-kafka"),
)


def main() -> None:
    """Run the command."""
    if sys.argv[1:2] and sys.argv[1] in ROLES:
        from cli import role  # noqa: PLC0415

        role.main()
    else:
        from cli.main import main as everything  # noqa: PLC0415

        everything()
