"""A client of the MQTT broker as the settings say."""

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from domain.errors import SettingsError
from domain.settings import MqttSettings, secret_of

RECONNECT_MIN_S, RECONNECT_MAX_S = 1, 30


def make_client(mqtt: MqttSettings, client_id: str, *, clean: bool = False) -> paho.Client:
    """Make an MQTT 3.1.1 client that acknowledges nothing by itself.

    Parameters
    ----------
    clean
        Whether the broker forgets the session when the connection ends.

    Raises
    ------
    SettingsError
        If a file of a secret or a certificate authority cannot be read.
    """
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=clean,
        manual_ack=True,
    )
    if mqtt.username:
        client.username_pw_set(mqtt.username, secret_of(mqtt.password, mqtt.password_file))
    if mqtt.tls:
        try:
            client.tls_set(ca_certs=str(mqtt.ca_file) if mqtt.ca_file else None)
        except OSError as error:
            msg = f"GEOHAZARD_MQTT__CA_FILE: {mqtt.ca_file} cannot be read: {error.strerror}"
            raise SettingsError(msg) from error
    client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
    return client
