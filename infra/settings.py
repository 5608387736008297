"""What differs between phases: `phases.toml`, checked."""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("phases.toml")
HUMAN_ROLES = ("engineer", "analyst", "marketer", "auditor", "steward")


@dataclass(frozen=True)
class Settings:
    """Of one phase. Days, GB (10^9 bytes), MiB and US dollars (of a month) as the names say."""

    qualifier: str
    """Of the CDK bootstrap stack, whose roles deploy this phase and no other. At most 10 letters and digits."""
    retain: bool
    """Whether buckets, keys and trails outlive their stacks."""
    audit_lock: str
    """Object lock of the audit bucket: GOVERNANCE can be lifted by whoever may bypass it, COMPLIANCE by nobody."""
    audit_days: int
    landing_days: int
    results_days: int
    noncurrent_days: int
    log_days: int
    key_window_days: int
    """How long a key that is deleted can still be had back, 7 to 30."""
    scan_limit_gb: int
    """What one query may scan."""
    budget_usd: int
    cidr: str
    zones: tuple[str, ...]
    """Letters of availability zones; two, where there is an Airflow."""
    airflow: bool
    """Whether the phase has an Airflow (Amazon MWAA), the greatest part of what it costs while idle."""
    studio: bool
    """Whether analysts have a SageMaker Studio."""
    runs_alter_jobs: bool
    """Whether a run may create and update its Glue job; otherwise `naru sync` does."""
    function_memory_mib: int
    look_minutes: int
    """How often each job's function looks whether an interval has become complete."""
    concurrency: int
    """Loads at once on each level's Lambda function."""
    people: dict[str, tuple[str, ...]]
    """Which levels each human role may read in Athena."""
    alarm_emails: tuple[str, ...]
    saml_provider: str
    """Name of the account's SAML provider, by which people come in."""
    repository: str
    """GitHub's owner/name, whose workflows may enter the phase's plan and sync roles."""
    connection_arn: str
    """CodeConnections connection of the delivery pipeline; without one there is no pipeline."""
    naru_version: str
    """Of the programs in the code bucket: `lambda/VERSION/bootstrap.zip`, `naru/VERSION/`."""
    landing_writers: tuple[str, ...]
    """ARNs of roles that may deliver files: they may enter each level's deliver role."""
    operators: tuple[str, ...]
    """ARNs of roles of the platform's team: they may enter the sync role by hand, and write the treatment key's secret."""
    closed: tuple[str, ...]
    """Buckets, as "lake-p3", whose key is disabled and whose users are gone: the first step of an exit."""
    destroyed: tuple[str, ...]
    """Buckets that were closed, whose key's deletion is scheduled: the second step."""
    s3_prefix_list: dict[str, str]
    """By region: the managed prefix list of S3's addresses."""


def load(phase: str, file: Path = FILE) -> Settings:
    """The settings of `phase`; a ValueError names every key that is unknown, missing or wrong."""
    tables = tomllib.loads(file.read_text())
    values = tables.get("all", {}) | tables.get(phase, {})
    known = {field.name for field in dataclasses.fields(Settings)}
    faults = [f"unknown key {key}" for key in sorted(values.keys() - known)]
    faults += [f"{key} is missing" for key in sorted(known - values.keys())]
    if not faults:
        settings = Settings(**{key: _frozen(value) for key, value in values.items()})
        faults = _faults(settings)
    if faults:
        raise ValueError(f"{file.name}, [{phase}]: " + "; ".join(faults))
    return settings


def _frozen(value):
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return value


def _faults(of: Settings) -> list[str]:
    faults = []
    if of.audit_lock not in ("GOVERNANCE", "COMPLIANCE"):
        faults.append(f"audit_lock is {of.audit_lock}: write GOVERNANCE or COMPLIANCE")
    if not 7 <= of.key_window_days <= 30:
        faults.append("key_window_days must be from 7 to 30")
    if of.airflow and len(of.zones) != 2:
        faults.append("an Airflow needs two zones")
    if set(of.people) != set(HUMAN_ROLES):
        faults.append(f"people must name {', '.join(HUMAN_ROLES)}")
    if both := sorted(set(of.closed) & set(of.destroyed)):
        faults.append(f"{', '.join(both)}: closed or destroyed, not both")
    if not (of.qualifier.isalnum() and len(of.qualifier) <= 10):
        faults.append("qualifier must be at most 10 letters and digits")
    return faults
