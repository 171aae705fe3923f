"""Brings dashboards and alert rules to a Grafana that already runs, over its API.

First everything is asked (`connection`, `preflight`), then what is there is compared with what
should be (`compare`, `plan`), and only then is anything written; if a write fails, what was written
before it is taken back (`carry_out`).
"""

from dashboards.deploy.options import DeployError, Options, PolicyMode
from dashboards.deploy.run import deploy

__all__ = ["DeployError", "Options", "PolicyMode", "deploy"]
