"""Apache Kafka's own jars from Maven Central, fetched once by the local Maven."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

KAFKA_VERSION = "4.1.1"
MIN_JAVA = 17
_BUILD = Path(__file__).resolve().parents[1] / "build"
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>geohazard.tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId>
      <version>2.24.3</version>
    </dependency>
  </dependencies>
</project>
"""


class KafkaUnavailableError(Exception):
    """Apache Kafka cannot be run on this machine; the text says what is missing."""


@cache
def java() -> str:
    """Path of a Java runtime that Kafka 4 accepts.

    Raises
    ------
    KafkaUnavailableError
        If there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if found is None:
        msg = "no java on the path"
        raise KafkaUnavailableError(msg)
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < MIN_JAVA:
        msg = f"java >= {MIN_JAVA} is needed"
        raise KafkaUnavailableError(msg)
    return found


def jars() -> Path:
    """Folder with Kafka's jars; fetched into ``build/`` the first time.

    Raises
    ------
    KafkaUnavailableError
        If they are not there and Maven is missing or fails.
    """
    folder = _BUILD / f"kafka-{KAFKA_VERSION}"
    if not folder.is_dir():
        folder.parent.mkdir(exist_ok=True)
        with (folder.parent / "kafka.lock").open("w") as lock:
            # Maven's own store of jars is not made for two that fetch at once.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        msg = "no mvn on the path to fetch Kafka's jars"
        raise KafkaUnavailableError(msg)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="kafka-") as work:
        pom, draft = Path(work, "pom.xml"), Path(work, "jars")
        pom.write_text(_POM, encoding="utf-8")
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
        done = subprocess.run(
            [maven, "-B", "-q", "-f", str(pom), *goal, f"-DoutputDirectory={draft}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            msg = f"mvn could not fetch Kafka {KAFKA_VERSION}: {done.stdout[-500:]}"
            raise KafkaUnavailableError(msg)
        draft.rename(folder)  # it appears whole or not at all
