"""A load plan as the program reads it: the JSON of docs/load-plan.schema.json, and the kernel's view of it."""

import functools
import json
from dataclasses import dataclass

import naru_decode

from naru_spark.errors import RunError
from naru_spark.treatment_key import of_secret


# Modes in which rows find the earlier rows of their keys.
MERGED = ("merge", "scd2")


@dataclass(frozen=True)
class Plan:
    """A plan. `text` is its JSON, `kernel` decides and records, `json` is for what is only looked up. `owner`: the account
    that buckets and catalog must belong to; None: it is not known. `key_secret`: the secret of AWS Secrets Manager that holds
    the treatment key; None: the environment has it, if one is needed.
    """

    text: str
    json: dict
    kernel: naru_decode.Plan
    owner: str | None = None
    key_secret: str | None = None

    @property
    def target(self) -> str:
        return f"{self.json['target']['database']}.{self.json['target']['table']}"

    @property
    def quarantine(self) -> str:
        return f"{self.json['quarantine']['database']}.{self.json['quarantine']['table']}"

    @property
    def key_id(self) -> str | None:
        """The id of the treatment key; None where none is needed. Raises `naru_decode.KeyError`, RunError."""
        return kernel_of(self.text, key_secret=self.key_secret).key_id

    @property
    def change(self) -> str:
        """How the commit changes the table, as its run record says it."""
        if self.json["mode"] in MERGED:
            return "merge"
        if self.json["mode"] != "replace":
            return "append"
        return "replace-table" if self.json["replace"] == "table" else "replace-partitions"


def read(text: str, owner: str | None = None, key_secret: str | None = None) -> Plan:
    """Reads a plan, or what `naru plan --json` prints. Raises RunError for one that this program does not run."""
    try:
        found = json.loads(text)
        found = found.get("plan", found)
        text = json.dumps(found, ensure_ascii=False)
        kernel = naru_decode.Plan(text)
    except (ValueError, AttributeError) as error:
        raise RunError(f"this is no load plan: {error}") from error
    refused = refusal(found)
    if refused:
        raise RunError(refused)
    return Plan(text, found, kernel, owner, key_secret)


def refusal(plan: dict) -> str | None:
    """Why a plan is not run here; None: it is."""
    if plan["engine"] != "sp":
        return "the plan is for the in-process track: run it with `naru run`, or plan it with `--engine sp`"
    return None


@functools.lru_cache(maxsize=4)
def kernel_of(text: str, sums: tuple[str, ...] = (), key_secret: str | None = None) -> naru_decode.Kernel:
    """The kernel of a plan, compiled once a Python process; `sums` are the columns that it sums. The treatment key, where one
    is needed, is read by this process itself, from its secret or its environment: keys are in nothing that Spark sends, shows
    or logs.
    """
    plan = naru_decode.Plan(text)
    key = of_secret(key_secret) if key_secret and plan.needs_key else None
    return naru_decode.Kernel(plan, list(sums), key)


@functools.lru_cache(maxsize=4)
def merger_of(text: str) -> naru_decode.Merger:
    """What merges rows of a plan, once a Python process."""
    return naru_decode.Merger(naru_decode.Plan(text))
