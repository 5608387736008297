"""What all stacks of a phase have in common."""

from dataclasses import dataclass

from access import AccessTable
from aws_cdk import Acknowledgment, DefaultStackSynthesizer, Environment, Fn, Stack, Tags, Validations
from constructs import Construct
from layout import Bucket, Layout
from settings import Settings


@dataclass(frozen=True)
class Phase:
    """All that stacks are made from."""

    layout: Layout
    settings: Settings

    def __post_init__(self):
        known = {bucket.id for bucket in self.layout.buckets}
        if unknown := sorted({*self.settings.closed, *self.settings.destroyed} - known):
            raise ValueError(f"phases.toml, [{self.layout.phase}]: there is no bucket {', '.join(unknown)}")

    @property
    def access(self) -> AccessTable:
        return AccessTable(self.layout, self.settings)

    def is_open(self, bucket: Bucket) -> bool:
        """Neither closed nor destroyed."""
        return bucket.id not in (*self.settings.closed, *self.settings.destroyed)

    def key_export(self, bucket: Bucket) -> str:
        """The export of the storage stack that holds the ARN of a bucket's key."""
        return f"{self.layout.prefix}-key-{bucket.id}"


def acknowledge(stack: Stack) -> None:
    """What CDK's own validation says of templates that are meant so. Other tools' findings: infra/acknowledged.toml."""
    reason = "phases.toml says which zones a phase has: an app that asks AWS for them is not synthesized without an account"
    Validations.of(stack).acknowledge(Acknowledgment(id="CloudFormation-Validate::W3010", reason=reason))


class PhaseStack(Stack):
    """A stack named `{org}-{phase}-{concern}`, tagged as naru says, deployed by the roles of its phase's qualifier."""

    concern = ""

    def __init__(self, scope: Construct, phase: Phase):
        self.phase, self.layout, self.settings = phase, phase.layout, phase.settings
        name = f"{self.layout.prefix}-{self.concern}"
        super().__init__(
            scope,
            name,
            stack_name=name,
            description=(type(self).__doc__ or "").strip().splitlines()[0],
            env=Environment(account=self.layout.account, region=self.layout.region),
            synthesizer=DefaultStackSynthesizer(qualifier=self.settings.qualifier, generate_bootstrap_version_rule=False),
            termination_protection=self.settings.retain,
        )
        for key, value in self.layout.said["tags"].items():
            Tags.of(self).add(key, value)
        acknowledge(self)
        self.build()

    def key_arn(self, bucket: Bucket) -> str:
        return Fn.import_value(self.phase.key_export(bucket))

    @property
    def platform_key_arn(self) -> str:
        return Fn.import_value(f"{self.layout.prefix}-key-platform")

    def build(self) -> None:
        raise NotImplementedError
