"""python -m naru_spark --plan plan.json [--lake DIR]

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

from naru_spark import plan as plans
from naru_spark import session
from naru_spark.errors import FAILED, TRY_LATER, RunError, reason_of
from naru_spark.run import Options, execute
from naru_spark.stopping import Stop


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="naru_spark", description="Executes a naru load plan on Spark.")
    whence = parser.add_mutually_exclusive_group(required=True)
    whence.add_argument("--plan", type=Path, help="the load plan, or what `naru plan --json` prints")
    whence.add_argument("--attended", action="store_true",
                        help="the plan is the first line of standard input, whose end says to stop")
    parser.add_argument("--lake", type=Path, default=os.environ.get("NARU_LAKE"),
                        help="directory of an embedded lake; without it Spark's own settings name the catalog `naru`")
    parser.add_argument("--jars", default=os.environ.get("NARU_SPARK_JARS"),
                        help="class path of Iceberg's runtime and, for an embedded lake, the SQLite driver")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark")
    parser.add_argument("--range-mib", type=int, default=int(os.environ.get("NARU_RANGE_MIB", "64")),
                        help="what one of Spark's tasks decodes, about, in MiB")
    # Glue gives every argument a value.
    parser.add_argument("--force", nargs="?", const="true", default="false", choices=("true", "false"),
                        help="as of `naru run`")
    # Glue adds arguments of its own.
    return parser.parse_known_args()[0]


def main() -> int:
    given, stop = arguments(), Stop()
    try:
        plan = plans.read(stop.attend() if given.attended else given.plan.read_text(encoding="utf-8"))
        # The key is read before Spark is started, so that a missing one costs nothing.
        plans.kernel_of(plan.text)
        conf = dict(setting.split("=", 1) for setting in given.conf)
        lake = given.lake.resolve() if given.lake else None
        spark = session.start(lake, given.jars, conf)
        try:
            stop.require_not_told()
            options = Options(range_bytes=given.range_mib << 20, force=given.force == "true", stop=stop)
            print(execute(spark, plan, options).json())
        finally:
            spark.stop()
    except RunError as error:
        if error.outcome is not None:
            print(error.outcome.json())
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except (OSError, naru_decode.KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except (Py4JJavaError, PySparkException) as error:
        # A job that was cancelled fails, too.
        told = "the run was told to stop before its commit" if stop.is_told else f"Spark failed: {reason_of(error)}"
        print(f"error: {told}", file=sys.stderr)
        return TRY_LATER if stop.is_told else FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
