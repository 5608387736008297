"""The jars that Spark needs, fetched once from Maven Central and kept in the Python environment.

    python tests/spark/jars.py

`jars.txt` pins each by its SHA-256. `tests/all` runs this; no test fetches anything. $NARU_MAVEN_URL names a mirror.
"""

import hashlib
import os
import sys
import urllib.request
from pathlib import Path

PINS = Path(__file__).with_name("jars.txt")
DIRECTORY = Path(sys.prefix) / "jars"
MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
TIMEOUT_SECONDS = 60


def pinned() -> list[tuple[str, str]]:
    """Each jar's SHA-256 in hexadecimal and its path in the repository."""
    lines = PINS.read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return [(digest, path) for digest, path in pairs]


def class_path() -> str:
    """The jars, as Java wants them listed. Raises FileNotFoundError when one was not fetched yet."""
    jars = [DIRECTORY / path.rsplit("/", 1)[1] for _, path in pinned()]
    for jar in jars:
        if not jar.is_file():
            raise FileNotFoundError(f"{jar} is not there: run tests/all once, it fetches what the tests need")
    return os.pathsep.join(map(str, jars))


def fetch(digest: str, path: str) -> None:
    """Fetches one jar unless it is there. Raises OSError, or ValueError when its content is not what is pinned."""
    jar = DIRECTORY / path.rsplit("/", 1)[1]
    if jar.is_file() and hashlib.sha256(jar.read_bytes()).hexdigest() == digest:
        return
    url = f"{os.environ.get('NARU_MAVEN_URL', MAVEN_CENTRAL)}/{path}"
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
        content = response.read()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ValueError(f"{path}: SHA-256 is {found}, {PINS.name} says {digest}")
    DIRECTORY.mkdir(exist_ok=True)
    partial = jar.with_suffix(".partial")
    partial.write_bytes(content)
    partial.rename(jar)


def main() -> int:
    try:
        for digest, path in pinned():
            fetch(digest, path)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
