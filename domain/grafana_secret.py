"""What a secret must be that Grafana signs its webhooks with: for who sets it and who checks it."""

from domain.errors import SettingsError

LEAST_CHARACTERS = 16


def check_grafana_secret(secret: str) -> str:
    """Make sure that a secret is none that can be guessed.

    Raises
    ------
    SettingsError
        If it is shorter than 16 characters; the secret is never echoed.

    Examples
    --------
    >>> check_grafana_secret("short")
    Traceback (most recent call last):
    ...
    domain.errors.SettingsError: Grafana's webhook secret must have at least 16 characters
    """
    if len(secret) < LEAST_CHARACTERS:
        msg = f"Grafana's webhook secret must have at least {LEAST_CHARACTERS} characters"
        raise SettingsError(msg)
    return secret
