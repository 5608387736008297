"""The jars that Spark needs, fetched once by Ivy, which PySpark brings, and kept in the Python environment.

    python tests/spark/jars.py

`jars.txt` pins each by its SHA-256. `tests/all` runs this; no test fetches anything. Ivy looks where it is configured to
(by default Maven Central); $NARU_IVY_SETTINGS names an ivysettings.xml with a mirror.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

PINS = Path(__file__).with_name("jars.txt")
DIRECTORY = Path(sys.prefix) / "jars"
TIMEOUT_SECONDS = 300
AWS = "iceberg-aws-bundle"


class Jar(NamedTuple):
    digest: str  # SHA-256 in hexadecimal
    organisation: str
    name: str
    version: str

    def path(self) -> Path:
        return DIRECTORY / f"{self.name}-{self.version}.jar"


def pinned() -> list[Jar]:
    lines = PINS.read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return [Jar(digest, *coordinates.split(":")) for digest, coordinates in pairs]


def class_path(with_aws: bool = False) -> str:
    """The jars, as Java wants them listed; Iceberg's for AWS, which greets on standard output, where it is asked for.
    Raises FileNotFoundError when one was not fetched yet.
    """
    jars = [jar.path() for jar in pinned() if with_aws or jar.name != AWS]
    for jar in jars:
        if not jar.is_file():
            raise FileNotFoundError(f"{jar} is not there: run tests/all once, it fetches what the tests need")
    return os.pathsep.join(map(str, jars))


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ivy() -> Path:
    """Ivy's own jar. Raises FileNotFoundError when PySpark has none."""
    package = find_spec("pyspark")
    for location in package.submodule_search_locations if package else []:
        for jar in Path(location, "jars").glob("ivy-*.jar"):
            return jar
    raise FileNotFoundError("PySpark is not installed, or has no jars/ivy-*.jar: see tests/requirements.txt")


def fetch(jar: Jar) -> None:
    """Fetches one jar unless it is there. Raises OSError, or ValueError when its content is not what is pinned."""
    if jar.path().is_file() and digest(jar.path()) == jar.digest:
        return
    settings = os.environ.get("NARU_IVY_SETTINGS")
    DIRECTORY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as scratch:
        command = ["java", "-jar", str(ivy()), "-warn", *(["-settings", settings] if settings else []),
                   "-cache", f"{scratch}/cache", "-notransitive", "-confs", "default",
                   "-dependency", jar.organisation, jar.name, jar.version,
                   "-retrieve", f"{scratch}/[artifact]-[revision].[ext]"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
        fetched = Path(scratch, jar.path().name)
        if done.returncode != 0 or not fetched.is_file():
            raise OSError(f"{jar.name} {jar.version} could not be fetched:\n{done.stdout}{done.stderr}")
        found = digest(fetched)
        if found != jar.digest:
            raise ValueError(f"{jar.name} {jar.version}: SHA-256 is {found}, {PINS.name} says {jar.digest}")
        fetched.rename(jar.path())


def main() -> int:
    try:
        for jar in pinned():
            fetch(jar)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
