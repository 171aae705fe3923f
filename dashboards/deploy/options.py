"""What a deployment is asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dashboards.texts import LANGS, Lang
from domain.errors import GeohazardError


class DeployError(GeohazardError):
    """A deployment cannot be carried out; the text is one sentence, free of secrets."""


class PolicyMode(StrEnum):
    """What is done with Grafana's tree of notification policies.

    ``auto`` adds our route where the tree is untouched or has it already, and else leaves it;
    ``add`` puts our route before those of others; ``replace`` puts our tree in place of all;
    ``leave`` does nothing.
    """

    AUTO = "auto"
    ADD = "add"
    REPLACE = "replace"
    LEAVE = "leave"


@dataclass(frozen=True)
class Options:
    """One deployment.

    Attributes
    ----------
    url, token
        Of Grafana, and of a service account in it.
    webhook_url, webhook_secret
        Of the contact point; without them alerts get no contact point and no policy.
    influx_url, influx_token, influx_bucket
        Of the data source, if Grafana has none of our uid yet.
    resend_secret
        Write the contact point although nothing of it that Grafana shows has changed.
    plain_http
        Send the token unencrypted to another machine.
    """

    url: str
    token: str = field(repr=False)
    langs: Sequence[Lang] = LANGS
    dry_run: bool = False
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    influx_url: str | None = None
    influx_token: str | None = field(default=None, repr=False)
    influx_bucket: str = "geohazard"
    policy: PolicyMode = PolicyMode.AUTO
    resend_secret: bool = False
    plain_http: bool = False
    timeout_s: float = 20.0
