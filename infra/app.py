"""The platform of the phases that are asked for, as CloudFormation templates in `CDK_OUTDIR`.

    NARU=… NARU_PROJECT=… NARU_INFRA_PHASES="dev prod" python infra/app.py

`infra/synth` calls it, and so does the `cdk` command, by cdk.json.
"""

import json
import os
from pathlib import Path

from aws_cdk import App

import layout
import settings
from stacks.base import Phase
from stacks.storage import Storage

PHASES = ("dev", "qa", "prod")
OF_A_PHASE = (Storage,)


def phases(wanted: list[str]) -> list[Phase]:
    """The phases that are asked for and whose lake is on AWS."""
    asked = [Phase(layout.ask(phase), settings.load(phase)) for phase in wanted]
    return [phase for phase in asked if phase.layout.said["lake"] == "aws"]


def build(found: list[Phase]) -> App:
    context = json.loads(Path(__file__).with_name("cdk.json").read_text())["context"]
    app = App(context=context, analytics_reporting=False)
    for phase in found:
        for stack in OF_A_PHASE:
            stack(app, phase)
    return app


if __name__ == "__main__":
    build(phases(os.environ.get("NARU_INFRA_PHASES", "").split() or list(PHASES))).synth()
