"""Glue's jobs: in moto 5.2 `UpdateJob` and `BatchStopJobRun` answer 500, a job is overwritten by another of its name, and no
run can fail.

AWS Glue Web API Reference (https://docs.aws.amazon.com/glue/latest/webapi/):

- CreateJob: AlreadyExistsException, "A resource to be created or added already exists."
- UpdateJob: "Updates an existing job definition. The previous job definition is completely overwritten by this
  information." EntityNotFoundException.
- StartJobRun: ConcurrentRunsExceededException, "Too many jobs are being run concurrently."
  ResourceNumberLimitExceededException, "A resource numerical limit was exceeded."
- BatchStopJobRun: "Stops one or more job runs for a specified job definition." Its answer has SuccessfulSubmissions and
  Errors, "A list of the errors that were encountered in trying to stop JobRuns, including the JobRunId for which each error
  was encountered and details about the error." Both name job and run.
- JobRun: ErrorMessage, "An error message associated with this job run." ExecutionTime, "The amount of time (in seconds) that
  the job run consumed resources." DPUSeconds "can be set for either job runs with execution class FLEX or when Auto Scaling
  is enabled".

AWS Glue Developer Guide, "AWS Glue job run statuses" (https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html): STARTING
to RUNNING to SUCCEEDED, FAILED or TIMEOUT; STOPPING to STOPPED. "Exceptions": JobRunInTerminalStateException, "The terminal
state of a job run signals a failure"; JobRunInvalidStateTransitionException, "A job run encountered an invalid transition
from source state to target state."

A run goes on until a test ends it, by `POST /moto-additions/glue-job-runs`, with JSON:

    {"JobRunId": "jr_…", "JobRunState": "FAILED", "ErrorMessage": "…", "ExecutionTime": 60, "DPUSeconds": 120.0}
    {"MaxJobRuns": 5}                     the account's limit of runs at once; null for none
"""

import threading

from moto.core.responses import ActionResult
from moto.glue import models
from moto.glue.exceptions import AlreadyExistsException, GlueClientError
from moto.glue.models import FakeJob, FakeJobRun, GlueBackend, glue_backends
from moto.glue.responses import GlueResponse

PATH = "/moto-additions/glue-job-runs"
_LIVE = ["WAITING", "STARTING", "RUNNING", "STOPPING"]
# Looks at a run until it has got its workers, or has stopped.
_LOOKS = 2
# Two requests that see room for one run must not both start: what AWS decides at one place, threads decide here.
_LOCK = threading.Lock()
_limits = {"MaxJobRuns": None}


class ResourceNumberLimitExceededException(GlueClientError):
    """The account has as many as it may have."""

    def __init__(self) -> None:
        super().__init__("ResourceNumberLimitExceededException", "Failed to start job run due to exceeded maximum.")


def install() -> None:
    """Takes the place of moto's jobs and their runs."""
    GlueResponse.update_job = _update_job
    GlueResponse.batch_stop_job_run = _batch_stop_job_run
    _refuse_to_overwrite()
    _check_limits()
    FakeJobRun.status = property(lambda run: run._status, lambda run, status: setattr(run, "_status", status))
    FakeJobRun.advance = _advance
    _tell_how_runs_ended()


def _refuse_to_overwrite() -> None:
    original = GlueBackend.create_job

    def create_job(backend: GlueBackend, name: str, *arguments, **named) -> None:
        with _LOCK:
            if name in backend.jobs:
                raise AlreadyExistsException("Job")
            original(backend, name, *arguments, **named)

    GlueBackend.create_job = create_job


def _update_job(response: GlueResponse) -> ActionResult:
    asked = response.parameters
    name, update = asked["JobName"], asked["JobUpdate"]
    job = response.glue_backend.get_job(name)
    job.description = update.get("Description")
    job.log_uri = update.get("LogUri")
    job.role = update["Role"]
    job.execution_property = update.get("ExecutionProperty") or {}
    job.command = update["Command"]
    job.default_arguments = update.get("DefaultArguments") or {}
    job.non_overridable_arguments = update.get("NonOverridableArguments")
    job.connections = update.get("Connections")
    job.max_retries = update.get("MaxRetries", 0)
    job.allocated_capacity = update.get("AllocatedCapacity")
    job.timeout = update.get("Timeout")
    job.max_capacity = update.get("MaxCapacity")
    job.security_configuration = update.get("SecurityConfiguration")
    job.notification_property = update.get("NotificationProperty")
    job.glue_version = update.get("GlueVersion")
    job.number_of_workers = update.get("NumberOfWorkers")
    job.worker_type = update.get("WorkerType")
    job.code_gen_configuration_nodes = update.get("CodeGenConfigurationNodes")
    job.execution_class = update.get("ExecutionClass") or "STANDARD"
    job.source_control_details = update.get("SourceControlDetails")
    job.last_modified_on = models.utcnow()
    return ActionResult({"JobName": name})


def _batch_stop_job_run(response: GlueResponse) -> ActionResult:
    asked = response.parameters
    name, stopped, errors = asked["JobName"], [], []
    job = response.glue_backend.jobs.get(name)
    runs = {run.job_run_id: run for run in job.job_runs} if job else {}
    for run_id in asked["JobRunIds"]:
        run = runs.get(run_id)
        if run is None:
            code, message = "EntityNotFoundException", f"Job run {run_id} not found."
        elif run.status == "STOPPING":
            code, message = "JobRunInvalidStateTransitionException", f"Job run {run_id} is stopping."
        elif run.status not in _LIVE:
            code, message = "JobRunInTerminalStateException", f"Job run {run_id} is {run.status}."
        else:
            run.status, run._tick = "STOPPING", 0
            stopped.append({"JobName": name, "JobRunId": run_id})
            continue
        detail = {"ErrorCode": code, "ErrorMessage": message}
        errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
    return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})


def _check_limits() -> None:
    original = FakeJob.start_job_run

    def start_job_run(job: FakeJob, *arguments, **named) -> str:
        with _LOCK:
            live = [run for other in job.backend.jobs.values() for run in other.job_runs if run.status in _LIVE]
            if _limits["MaxJobRuns"] is not None and len(live) >= _limits["MaxJobRuns"]:
                raise ResourceNumberLimitExceededException
            return original(job, *arguments, **named)

    FakeJob.start_job_run = start_job_run


def _advance(run: FakeJobRun) -> None:
    following = {"STARTING": "RUNNING", "STOPPING": "STOPPED"}.get(run.status)
    run._tick += 1
    if following and run._tick >= _LOOKS:
        run.status = following


def _tell_how_runs_ended() -> None:
    original = FakeJobRun.as_dict

    def as_dict(run: FakeJobRun) -> dict:
        told = original(run) | {"GlueVersion": "5.1", "ExecutionTime": 0} | getattr(run, "ended", {})
        if run.status in _LIVE:
            del told["CompletedOn"]
        return told

    FakeJobRun.as_dict = as_dict


def control(asked: dict) -> bool:
    """Whether the run is there."""
    if "MaxJobRuns" in asked:
        _limits.update(asked)
        return True
    run_id = asked.pop("JobRunId")
    for regions in glue_backends.values():
        for backend in regions.values():
            for job in backend.jobs.values():
                for run in job.job_runs:
                    if run.job_run_id == run_id:
                        run.status = asked.pop("JobRunState", run.status)
                        run.ended = getattr(run, "ended", {}) | asked
                        return True
    return False
