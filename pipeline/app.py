"""How every Faust app of ours is set up, and how it is run in this process.

Faust 0.15 has traps that these settings avoid: ``concurrency`` above 1 loses events (its issue
606), a worker waits for streams that never acknowledge unless told not to, and its web server
binds a port nobody asked for.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faust
from faust.auth import SASLCredentials, SSLCredentials

from domain.settings import KafkaSettings, Settings, secret_of
from ingest.kafka_topics import METADATA_AGE_MS
from pipeline.read_order import GaplessConsumer

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def make_app(role: str, settings: Settings) -> faust.App:
    """Make the Faust app of one role; its consumer group is ``geohazard-<role>``.

    Parameters
    ----------
    role
        ``detect``, ``store`` or ``notify``.
    settings
        Connection, number of partitions and the place for local files.
    """
    kafka = settings.kafka
    app = faust.App(
        f"geohazard-{role}",
        broker=f"kafka://{kafka.bootstrap.replace(',', ';kafka://')}",
        broker_credentials=credentials(kafka),
        datadir=str(settings.data_dir / f"faust-{role}-{settings.instance}"),
        key_serializer="raw",
        value_serializer="raw",
        topic_partitions=kafka.partitions,
        topic_replication_factor=kafka.replication,
        topic_disable_leader=True,
        # `ensure_topics` has made them all; Faust would make them itself, and end where Kafka
        # dies meanwhile.
        topic_allow_declare=False,
        consumer_metadata_max_age_ms=METADATA_AGE_MS,
        producer_metadata_max_age_ms=METADATA_AGE_MS,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=8 * 1024 * 1024,
        producer_acks=-1,
        producer_max_request_size=MAX_RECORD_BYTES,
        broker_commit_interval=1.0,
        # A joining member waits for half of the rebalance timeout; a dead one is missed only
        # after the session timeout. Both are kept short so that a restart takes seconds.
        broker_rebalance_timeout=6.0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=40.0,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    # Set on the instance, so that no other app in the process is touched.
    app.transport.Consumer = GaplessConsumer  # type: ignore[misc]
    return app


MAX_RECORD_BYTES = 1_000_000
"""Largest Kafka record that brokers take by default, less its envelope."""


@dataclass(frozen=True)
class Role:
    """A Faust app, and what is to be closed when it has ended."""

    app: faust.App
    close: Callable[[], None] = lambda: None


def run_role(role: Role, settings: Settings) -> None:
    """Run a Faust app in this process until SIGTERM or SIGINT, then close what it used.

    Raises
    ------
    SystemExit
        Always; the code is not 0 if the app crashed.
    """
    Path(role.app.conf.datadir).mkdir(parents=True, exist_ok=True)
    level = _LEVELS[settings.log_level]
    # Faust reports every partition that it assigns; that is for its own developers.
    logging.getLogger("faust").setLevel(max(level, logging.WARNING))
    logging.getLogger("aiokafka").setLevel(max(level, logging.ERROR))
    worker = faust.Worker(role.app, loglevel=level, quiet=True, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    finally:
        role.close()


def bytes_topic(app: faust.App, name: str, partitions: int) -> faust.TopicT:
    """Describe a topic whose records are bytes that we decode ourselves."""
    return app.topic(name, value_type=bytes, value_serializer="raw", partitions=partitions)


def credentials(kafka: KafkaSettings) -> SASLCredentials | SSLCredentials | None:
    """Account and TLS for Kafka as the settings say; ``None`` for a plain local broker."""
    context = None
    if kafka.tls:
        context = ssl.create_default_context(cafile=str(kafka.ca_file) if kafka.ca_file else None)
    if kafka.username:
        password = secret_of(kafka.password, kafka.password_file)
        return SASLCredentials(username=kafka.username, password=password, ssl_context=context)
    return SSLCredentials(context) if context else None
