"""Connection to Kafka as the settings say, and the topics that every role relies on."""

import ssl
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from domain.errors import SettingsError
from domain.settings import KafkaSettings, Settings, secret_of
from domain.topics import PIPELINE, POINT_TOPICS, REJECTS

_NO_ERROR, _EXISTS = 0, 36


class TopicError(SettingsError):
    """A topic cannot be made, or exists with another number of partitions."""


def kafka_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Arguments that every aiokafka client of ours takes: address, TLS, account.

    Raises
    ------
    SettingsError
        If the file of the password or of the certificate authority cannot be read.

    Examples
    --------
    >>> kafka_options(KafkaSettings(bootstrap="k:9092"))
    {'bootstrap_servers': 'k:9092', 'security_protocol': 'PLAINTEXT'}
    """
    transport = "SSL" if kafka.tls else "PLAINTEXT"
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": f"SASL_{transport}" if kafka.username else transport,
    }
    if kafka.tls:
        options["ssl_context"] = _tls(kafka)
    if kafka.username:
        options["sasl_mechanism"] = "PLAIN"
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = secret_of(kafka.password, kafka.password_file) or ""
    return options


async def ensure_topics(settings: Settings) -> None:
    """Make the topics that do not exist yet, and check the number of partitions of all.

    Nothing may ask for a topic before this is done: some brokers make a topic that is merely
    mentioned, with a number of partitions of their own.

    Raises
    ------
    TopicError
        If a topic has another number of partitions than the settings say.
    KafkaError
        If Kafka cannot be reached.
    """
    admin = AIOKafkaAdminClient(**kafka_options(settings.kafka))
    try:
        await admin.start()
        await _create(admin, settings.kafka)
        await _verify(admin, settings.kafka)
    finally:
        await admin.close()


def _wanted(kafka: KafkaSettings) -> dict[str, int]:
    return dict.fromkeys(POINT_TOPICS, kafka.partitions) | {REJECTS: 1, PIPELINE: 1}


async def _create(admin: AIOKafkaAdminClient, kafka: KafkaSettings) -> None:
    there = set(await admin.list_topics())
    configs = {"retention.ms": str(round(kafka.retention_h * 3_600_000))}
    missing = [
        NewTopic(name, partitions, kafka.replication, topic_configs=configs)
        for name, partitions in _wanted(kafka).items()
        if name not in there
    ]
    if not missing:
        return
    answer = await admin.create_topics(missing)
    for name, code, *words in answer.topic_errors:
        if code not in (_NO_ERROR, _EXISTS):
            reason = words[0] if words and words[0] else for_code(code).__name__
            msg = f"Kafka did not make the topic {name}: {reason}"
            raise TopicError(msg)


async def _verify(admin: AIOKafkaAdminClient, kafka: KafkaSettings) -> None:
    wanted = _wanted(kafka)
    for topic in await admin.describe_topics(list(wanted)):
        name, found = topic["topic"], len(topic["partitions"])
        if topic["error_code"] != _NO_ERROR:
            raise _error(topic["error_code"], name)
        if found != wanted[name]:
            msg = (
                f"topic {name} has {found} partitions, but {wanted[name]} are wanted; "
                "set GEOHAZARD_KAFKA__PARTITIONS to what the topics have, or make them anew"
            )
            raise TopicError(msg)


def _error(code: int, name: str) -> KafkaError:
    error: KafkaError = for_code(code)(f"topic {name}")
    return error


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(kafka.ca_file) if kafka.ca_file else None)
    except OSError as error:
        msg = f"GEOHAZARD_KAFKA__CA_FILE: {kafka.ca_file} cannot be read: {error.strerror}"
        raise SettingsError(msg) from error
