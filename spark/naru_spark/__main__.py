"""python -m naru_spark --plan plan.json [--lake DIR | --account ID]

Exit codes are those of `naru run`: 0 done, 1 failed, 2 usage, 75 try again later. The outcome is one line of JSON on
standard output; why a run failed is on standard error, also where there is an outcome to tell.
"""

import argparse
import os
import sys
from pathlib import Path

import naru_decode
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from naru_spark import catalogs, s3, session
from naru_spark import plan as plans
from naru_spark.errors import FAILED, RunError
from naru_spark.java_errors import told_by_java
from naru_spark.run import AGAIN, Options, Outcome, execute
from naru_spark.sources import is_in_s3
from naru_spark.stopping import Stop


def arguments() -> argparse.Namespace:
    # Glue adds arguments of its own, which are passed over: none of them may be taken for the beginning of one of these.
    parser = argparse.ArgumentParser(prog="naru_spark", description="Executes a naru load plan on Spark.", allow_abbrev=False)
    whence = parser.add_mutually_exclusive_group(required=True)
    whence.add_argument("--plan", help="the load plan, or what `naru plan --json` prints: a file or s3://…")
    whence.add_argument("--attended", action="store_true",
                        help="the plan is the first line of standard input, whose end says to stop")
    parser.add_argument("--lake", type=Path, default=os.environ.get("NARU_LAKE"),
                        help="directory of an embedded lake; without it, a plan whose table is in S3 is about the Glue Data "
                             "Catalog, unless --conf names the catalog `naru`")
    parser.add_argument("--account", default=os.environ.get("NARU_ACCOUNT"),
                        help="the AWS account that buckets and catalog must belong to")
    parser.add_argument("--treatment-key-secret", default=os.environ.get("NARU_TREATMENT_KEY_SECRET"), metavar="SECRET",
                        help="name or ARN of the secret in AWS Secrets Manager that holds the treatment key; without it, the "
                             "environment's NARU_TREATMENT_KEY or NARU_TREATMENT_KEY_FILE")
    parser.add_argument("--treatment-key-id", metavar="ID",
                        help="id of the treatment key that the run must have, as `naru history` shows it")
    parser.add_argument("--jars", default=os.environ.get("NARU_SPARK_JARS"),
                        help="class path of Iceberg's runtime and, for an embedded lake, the SQLite driver, for S3 and Glue "
                             "Iceberg's AWS bundle")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark")
    parser.add_argument("--range-mib", type=int, default=int(os.environ.get("NARU_RANGE_MIB", "64")),
                        help="what one of Spark's tasks decodes, about, in MiB")
    # Glue gives every argument a value.
    parser.add_argument("--force", nargs="?", const="true", default="false", choices=("true", "false"),
                        help="as of `naru run`")
    parser.add_argument("--again", choices=AGAIN, help="the run is that of a replay: of an interval that is not loaded as it is "
                                                       "now, or of one that is")
    return parser.parse_known_args()[0]


def read_plan(given: argparse.Namespace, stop: Stop) -> plans.Plan:
    """The plan, from wherever it is. Raises RunError, OSError."""
    if given.attended:
        text = stop.attend()
    elif is_in_s3(given.plan):
        text = s3.read_whole(given.plan, given.account).decode("utf-8")
    else:
        text = Path(given.plan).read_text(encoding="utf-8")
    return plans.read(text, given.account, given.treatment_key_secret)


def catalog_of(given: argparse.Namespace, plan: plans.Plan, conf: dict[str, str]) -> dict[str, str]:
    """Settings of the catalog; none where `conf`, or Spark's own configuration, has them."""
    location = plan.json["target"]["location"]
    if given.lake:
        return catalogs.embedded(given.lake.resolve())
    if is_in_s3(location) and f"spark.sql.catalog.{catalogs.CATALOG}" not in conf:
        return catalogs.glue(location, plan.owner)
    return {}


def require_key(key_id: str | None, expected: str | None) -> None:
    """Refuses another treatment key than that of who started the run. Raises RunError."""
    if expected is not None and key_id != expected:
        raise RunError(f"the treatment key here has the id {key_id}, that of who started the run {expected}\n"
                       "hint: nothing was read; put the same key into both places: docs/treatments.md says where it is looked for")


def run(given: argparse.Namespace) -> Outcome:
    """Runs what the arguments say. Raises RunError, whatever went wrong that somebody can do something about."""
    stop = Stop()
    try:
        plan = read_plan(given, stop)
        # The key is read before Spark is started, so that a missing one costs nothing.
        require_key(plan.key_id, given.treatment_key_id)
        conf = dict(setting.split("=", 1) for setting in given.conf)
        spark = session.start(catalog_of(given, plan, conf), given.jars, conf)
        try:
            stop.require_not_told()
            return execute(spark, plan, Options(range_bytes=given.range_mib << 20, force=given.force == "true",
                                                again=given.again, stop=stop))
        except (Py4JJavaError, PySparkException) as error:
            # A job that was cancelled fails, too.
            stop.require_not_told()
            raise told_by_java(error) from error
        finally:
            stop.wait_for_tasks(spark)
            spark.stop()
    except (OSError, naru_decode.KeyError) as error:
        raise RunError(str(error), FAILED) from error


def main() -> int:
    # Java inherits standard output, and may write there: the outcome gets a descriptor of its own.
    outcome = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        print(run(arguments()).json(), file=outcome, flush=True)
    except RunError as error:
        if error.outcome is not None:
            print(error.outcome.json(), file=outcome, flush=True)
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
