"""What an account has once, whichever phases are in it: the catalog's settings and tags, its watch, its delivery."""

from aws_cdk import DefaultStackSynthesizer, Environment, Stack, Tags
from constructs import Construct

from .base import Phase, acknowledge


class AccountStack(Stack):
    """A stack named `{org}-account-{concern}`, deployed by the roles of the last of its phases (prod, where there is one)."""

    concern = ""

    def __init__(self, scope: Construct, phases: list[Phase]):
        self.phases, first = phases, phases[-1]
        self.layout, self.settings = first.layout, first.settings
        self.name = f"{self.layout.org}-account"
        super().__init__(
            scope,
            f"{self.name}-{self.concern}",
            stack_name=f"{self.name}-{self.concern}",
            description=(type(self).__doc__ or "").strip().splitlines()[0],
            env=Environment(account=self.layout.account, region=self.layout.region),
            synthesizer=DefaultStackSynthesizer(qualifier=self.settings.qualifier, generate_bootstrap_version_rule=False),
            termination_protection=True,
        )
        Tags.of(self).add("org", self.layout.org)
        Tags.of(self).add("phase", "account")
        acknowledge(self)
        self.build()

    def build(self) -> None:
        raise NotImplementedError
