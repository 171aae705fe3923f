"""Connection to Kafka as the settings say, and the topics that every role relies on."""

import asyncio
import logging
import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, for_code

from domain.errors import SettingsError
from domain.settings import KafkaSettings, Settings, secret_of
from domain.topics import DETECT_STATE, PIPELINE, POINT_TOPICS, REJECTS

_LOG = logging.getLogger(__name__)
_NO_ERROR, _EXISTS = 0, 36
_SETTLING_S = 15.0
_LOOK_AGAIN_S = 0.1
_LONGEST_WAIT_S = 2.0

METADATA_AGE_MS = 2000
"""How old a client's knowledge of the topics may become.

A client that has failed to ask, for Kafka was away, does not ask again by itself: it joins its
group as soon as Kafka answers, and without topics it is given no partition. With the libraries'
own age a role then stands still for five minutes.
"""


class TopicError(SettingsError):
    """A topic cannot be made, or exists with another number of partitions."""


def kafka_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Arguments that every aiokafka client of ours takes: address, TLS, account, patience.

    Raises
    ------
    SettingsError
        If the file of the password or of the certificate authority cannot be read.

    Examples
    --------
    >>> kafka_options(KafkaSettings(bootstrap="k:9092"))["security_protocol"]
    'PLAINTEXT'
    """
    transport = "SSL" if kafka.tls else "PLAINTEXT"
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": f"SASL_{transport}" if kafka.username else transport,
        "metadata_max_age_ms": METADATA_AGE_MS,
    }
    if kafka.tls:
        options["ssl_context"] = _tls(kafka)
    if kafka.username:
        options["sasl_mechanism"] = "PLAIN"
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = secret_of(kafka.password, kafka.password_file) or ""
    return options


def kafka_trouble(kafka: KafkaSettings, error: Exception) -> str:
    """Say in one sentence why Kafka cannot be used.

    Examples
    --------
    >>> kafka_trouble(KafkaSettings(bootstrap="k:9092"), KafkaConnectionError("refused"))
    'Kafka at k:9092 cannot be reached'
    >>> kafka_trouble(KafkaSettings(bootstrap="k:9092"), TimeoutError())
    'Kafka at k:9092 cannot be used: TimeoutError'
    """
    if isinstance(error, KafkaConnectionError):
        return f"Kafka at {kafka.bootstrap} cannot be reached"
    return f"Kafka at {kafka.bootstrap} cannot be used: {str(error) or type(error).__name__}"


async def topics_when_possible(settings: Settings) -> None:
    """Make the topics as soon as Kafka answers, in as many tries as it takes.

    Raises
    ------
    TopicError
        As `ensure_topics`.
    """
    wait_s = 0.5
    while True:
        try:
            await ensure_topics(settings)
        except (KafkaError, OSError) as error:
            trouble = kafka_trouble(settings.kafka, error)
            _LOG.warning("waiting for the topics, next try in %g s: %s", wait_s, trouble)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        else:
            return


async def ensure_topics(settings: Settings) -> None:
    """Make the topics that do not exist yet, and check the number of partitions of all.

    Nothing should ask for a topic before this is done: some brokers make a topic that is merely
    mentioned, with a number of partitions of their own. Such a topic is made anew as long as
    nothing was ever written to it.

    Raises
    ------
    TopicError
        If a topic that holds something has another number of partitions than the settings say.
    KafkaError, TimeoutError
        If Kafka cannot be reached or does not answer.
    """
    kafka = settings.kafka
    admin = AIOKafkaAdminClient(**kafka_options(kafka))
    try:
        await admin.start()
        there = set(await admin.list_topics())
        await _create(admin, kafka, [name for name in _wanted(kafka) if name not in there])
        for name, found in await _partitions(admin, kafka):
            if found != _wanted(kafka)[name]:
                await _make_anew(admin, kafka, name, found)
    finally:
        await admin.close()


def _wanted(kafka: KafkaSettings) -> dict[str, int]:
    per_point = (*POINT_TOPICS, DETECT_STATE)
    return dict.fromkeys(per_point, kafka.partitions) | {REJECTS: 1, PIPELINE: 1}


def _config(kafka: KafkaSettings, name: str) -> dict[str, str]:
    if name == DETECT_STATE:
        return {"cleanup.policy": "compact"}
    return {"retention.ms": str(round(kafka.retention_h * 3_600_000))}


async def _create(admin: AIOKafkaAdminClient, kafka: KafkaSettings, names: list[str]) -> None:
    if not names:
        return
    wanted = _wanted(kafka)
    answer = await admin.create_topics(
        [
            NewTopic(name, wanted[name], kafka.replication, topic_configs=_config(kafka, name))
            for name in names
        ]
    )
    for name, code, *words in answer.topic_errors:
        if code not in (_NO_ERROR, _EXISTS):
            reason = words[0] if words and words[0] else for_code(code).__name__
            msg = f"Kafka did not make the topic {name}: {reason}"
            raise TopicError(msg)


async def _partitions(admin: AIOKafkaAdminClient, kafka: KafkaSettings) -> list[tuple[str, int]]:
    """Names of our topics with their numbers of partitions, once Kafka knows them all."""
    async with asyncio.timeout(_SETTLING_S):
        while True:
            topics = await admin.describe_topics(list(_wanted(kafka)))
            errors = [for_code(t["error_code"]) for t in topics if t["error_code"] != _NO_ERROR]
            if not errors:
                return [(topic["topic"], len(topic["partitions"])) for topic in topics]
            if not all(error.retriable for error in errors):
                raise errors[0]
            await asyncio.sleep(_LOOK_AGAIN_S)


async def _make_anew(
    admin: AIOKafkaAdminClient, kafka: KafkaSettings, name: str, found: int
) -> None:
    """Replace an empty topic of a wrong number of partitions."""
    if not await _is_empty(kafka, name, found):
        msg = (
            f"topic {name} has {found} partitions, but {_wanted(kafka)[name]} are wanted; "
            "set GEOHAZARD_KAFKA__PARTITIONS to what the topics have, or make them anew"
        )
        raise TopicError(msg)
    _LOG.warning("the empty topic %s is made anew: it has %d partitions", name, found)
    await admin.delete_topics([name])
    async with asyncio.timeout(_SETTLING_S):
        while name in await admin.list_topics():
            await asyncio.sleep(_LOOK_AGAIN_S)
    await _create(admin, kafka, [name])


async def _is_empty(kafka: KafkaSettings, name: str, partitions: int) -> bool:
    """Whether nothing was ever written to a topic."""
    consumer = AIOKafkaConsumer(**kafka_options(kafka))
    try:
        await consumer.start()
        places = [TopicPartition(name, number) for number in range(partitions)]
        return not any((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(kafka.ca_file) if kafka.ca_file else None)
    except OSError as error:
        msg = f"GEOHAZARD_KAFKA__CA_FILE: {kafka.ca_file} cannot be read: {error.strerror}"
        raise SettingsError(msg) from error
