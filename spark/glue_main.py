"""What Glue starts: `main.py` beside the program's other files in the code bucket (docs/glue-jobs.md).

Glue tells of a failed run what its exception says, or with which code it ended itself: a failure is raised, and "try again
later" is exit code 75.
"""

import sys

from naru_spark.__main__ import arguments, run
from naru_spark.errors import TRY_LATER, RunError


def main() -> None:
    try:
        print(run(arguments()).json())
    except RunError as error:
        if error.exit_code != TRY_LATER:
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(TRY_LATER)


if __name__ == "__main__":
    main()
