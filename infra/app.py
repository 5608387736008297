"""The platform of the phases that are asked for, as CloudFormation templates in `CDK_OUTDIR`.

    NARU=… NARU_PROJECT=… NARU_INFRA_PHASES="dev prod" python infra/app.py

With NARU_INFRA_NAG, cdk-nag looks at them, too, and what it finds is in `validation-report.json`.

`infra/synth` calls it, and so does the `cdk` command, by cdk.json.
"""

import json
import os
from pathlib import Path

import layout
import settings
from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks
from stacks.account_catalog import AccountCatalog
from stacks.account_delivery import AccountDelivery
from stacks.account_watch import AccountWatch
from stacks.analysts import Analysts
from stacks.athena import Athena
from stacks.base import Phase
from stacks.catalog import Catalog
from stacks.compute import Compute
from stacks.delivery import Delivery
from stacks.network import Network
from stacks.orchestration import Orchestration
from stacks.storage import Storage
from stacks.tables import TABLES_OF_A_STACK, Tables
from stacks.watch import Watch

PHASES = ("dev", "qa", "prod")
NAG = (AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks)


def phases(wanted: list[str]) -> list[Phase]:
    """The phases that are asked for and whose lake is on AWS."""
    asked = [Phase(layout.ask(phase), settings.load(phase)) for phase in wanted]
    return [phase for phase in asked if phase.layout.said["lake"] == "aws"]


def build(found: list[Phase], with_account: bool) -> App:
    """`with_account`: all phases of an account are here, so that what it has once can be said."""
    context = json.loads(Path(__file__).with_name("cdk.json").read_text())["context"]
    app = App(context=context, analytics_reporting=False)
    if os.environ.get("NARU_INFRA_NAG"):
        Validations.of(app).add_plugins(*(pack(app, verbose=False) for pack in NAG))
    # Phases may share an account, as they do where naru.toml names one; what an account has once is made once.
    for account in sorted({phase.layout.account for phase in found}):
        of_account = [phase for phase in found if phase.layout.account == account]
        before = account_stacks(app, of_account) if with_account else ()
        for phase in of_account:
            phase_stacks(app, phase, before)
    return app


def account_stacks(app: App, found: list[Phase]) -> tuple[Stack, ...]:
    catalog = AccountCatalog(app, found)
    watch = AccountWatch(app, found)
    return catalog, after(AccountDelivery(app, found), watch)


def phase_stacks(app: App, phase: Phase, before: tuple[Stack, ...]) -> None:
    """The stacks of a phase, each after those whose resources it names."""
    storage = Storage(app, phase)
    network = after(Network(app, phase), storage)
    compute = after(Compute(app, phase, network), storage)
    users = [compute]
    if phase.settings.studio:
        users.append(after(Analysts(app, phase, network), storage))
    catalog = after(Catalog(app, phase), storage, *before, *users)
    after(Athena(app, phase), storage)
    if phase.settings.airflow:
        after(Orchestration(app, phase, network), storage, compute)
    after(Watch(app, phase), storage, compute)
    after(Delivery(app, phase), storage, *before)
    jobs = phase.layout.jobs
    for part, first in enumerate(range(0, len(jobs), TABLES_OF_A_STACK)):
        after(Tables(app, phase, part, jobs[first : first + TABLES_OF_A_STACK]), catalog)


def after(stack: Stack, *others: Stack) -> Stack:
    for other in others:
        stack.add_stack_dependency(other)
    return stack


if __name__ == "__main__":
    wanted = os.environ.get("NARU_INFRA_PHASES", "").split()
    build(phases(wanted or list(PHASES)), with_account=not wanted).synth()
