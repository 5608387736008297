"""What an idle month costs: resources of the synthesized templates × dated prices. Writes infra/COST.md, by `infra/cost/write`.

    python infra/cost/cost.py OUT OUT_WITHOUT_AIRFLOW > infra/COST.md

OUT: what `infra/synth` wrote; OUT_WITHOUT_AIRFLOW: the same with dev having neither Airflow nor Studio.
"""

import json
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

PRICES = Path(__file__).with_name("prices.toml")
PHASES = ("dev", "qa", "prod")


@dataclass(frozen=True)
class Line:
    """So many of what has one price."""

    price: dict
    count: int
    month_usd: Decimal

    @property
    def sum_usd(self) -> Decimal:
        return self.count * self.month_usd


class Prices:
    """The price table."""

    def __init__(self, table: dict):
        self.table = table
        self.hours = Decimal(str(table["hours_per_month"]))

    @classmethod
    def read(cls) -> "Prices":
        return cls(tomllib.loads(PRICES.read_text()))

    def of(self, resource: dict) -> dict | None:
        """The price of a resource; none if it costs by use alone, or nothing. A ValueError if it stands nowhere, or twice."""
        type, properties = resource["Type"], resource.get("Properties", {})
        matches = lambda where: all(properties.get(key) == value for key, value in where.items())  # noqa: E731
        found = [price for price in self.table["price"] if price["type"] == type and matches(price.get("where", {}))]
        free = self.table["free"]
        is_free = type in free["types"] or type in free and matches(free[type])
        if len(found) + is_free + (type in self.table["by_use"]) != 1:
            raise ValueError(f"{PRICES.name} does not say once what {type} {json.dumps(properties)[:200]} costs")
        return found[0] if found else None

    def month_usd(self, price: dict) -> Decimal:
        usd = Decimal(str(price["usd"]))
        return usd * self.hours if price["per"] == "hour" else usd

    def lines(self, resources: list[dict]) -> list[Line]:
        """The dearest first."""
        counts: Counter[int] = Counter()
        for resource in resources:
            if price := self.of(resource):
                counts[self.table["price"].index(price)] += len(resource["Properties"][price["each"]]) if "each" in price else 1
        lines = [Line(price := self.table["price"][at], count, self.month_usd(price)) for at, count in counts.items()]
        return sorted(lines, key=lambda line: (-line.sum_usd, line.price["what"]))


def resources(out: Path, phase: str) -> list[dict]:
    """All resources of a phase's stacks, `{org}-{phase}-{concern}`; of `account`, what an account has once."""
    files = sorted(out.glob(f"*-{phase}-*.template.json"))
    if not files:
        raise ValueError(f"{out} has no stack of {phase}")
    return [resource for file in files for resource in json.loads(file.read_text())["Resources"].values()]


def usd(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def table(lines: list[Line]) -> list[str]:
    rows = ["| what | so many | USD a month each | USD a month | because |", "| --- | ---: | ---: | ---: | --- |"]
    for line in lines:
        mark = "" if line.price["verified"] else " \\*"
        rows.append(
            f"| {line.price['what']} | {line.count} | {usd(line.month_usd)}{mark} | {usd(line.sum_usd)} | {line.price['why']} |"
        )
    return rows


def total(lines: list[Line]) -> Decimal:
    return sum((line.sum_usd for line in lines), Decimal())


HEAD = """# What an idle month costs

Written by `infra/cost/write` from the templates of `infra/tests/project` and [prices.toml](cost/prices.toml); a test holds it to
them. In US dollars, in {region}, before taxes, free tiers and discounts, for a month of {hours} hours in which nothing is loaded,
asked or deployed. \\* marks a price that could not be verified (see the end): look it up before you rely on a sum.

| | USD a month |
| --- | ---: |
"""
TAIL = """
## What costs by use

Nothing, or next to it, in an idle month:

"""
BESIDES = """
## What stands in no template

- The secret of a phase's treatment key in AWS Secrets Manager, which somebody makes by hand.
- The stack of `cdk bootstrap`: a bucket and, unless told otherwise, no key.
- What a support plan costs.
"""


def page(out: Path, without_airflow: Path, prices: Prices) -> str:
    names = {"account": "what an account has once"} | {phase: phase for phase in PHASES}
    of = {name: prices.lines(resources(out, name)) for name in names}
    lean = prices.lines(resources(without_airflow, "dev"))
    text = HEAD.format(region=prices.table["region"], hours=prices.table["hours_per_month"])
    for name, said in names.items():
        text += f"| {said} | {usd(total(of[name]))} |\n"
    text += f"| dev without Airflow and Studio (`airflow = false`, `studio = false` in phases.toml) | {usd(total(lean))} |\n"
    for name, said in names.items():
        text += "\n".join(["", f"## {said[0].upper()}{said[1:]}", "", *table(of[name]), ""])
    text += "\n".join(["", "## Dev without Airflow and Studio", "", *table(lean), ""])
    types = {resource["Type"] for name in names for resource in resources(out, name)}
    text += TAIL + "\n".join(f"- `{type}`: {why}" for type, why in sorted(prices.table["by_use"].items()) if type in types) + "\n"
    text += BESIDES + "\n## Prices\n\n| what | USD | a | read | verified | source |\n| --- | ---: | --- | --- | --- | --- |\n"
    for price in prices.table["price"]:
        verified = "yes" if price["verified"] else "no"
        text += f"| {price['what']} | {price['usd']} | {price['per']} | {price['read']} | {verified} | <{price['source']}> |\n"
    return text


if __name__ == "__main__":
    sys.stdout.write(page(*map(Path, sys.argv[1:]), Prices.read()))
