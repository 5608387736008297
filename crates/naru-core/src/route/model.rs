//! The constants of the router's cost model: the `[route]` table of `naru.toml`.

use serde::{Deserialize, Serialize};

/// Where each default comes from; printed into a new `naru.toml` and into `docs/route.md`.
pub const ORIGINS: &[(&str, &str)] = &[
    ("route.place", "where this project's small loads run: `process` (a worker, a laptop) or `lambda`"),
    ("route.region", "whose prices count where a phase has no region: on an embedded lake; change it to yours"),
    (
        "route.wait_usd_per_hour",
        "what an hour of waiting for one table is worth to its readers; a judgement, change it",
    ),
    ("route.gzip_expansion", "bank extracts as CSV shrink 4 to 8 times under gzip -6; the lower middle"),
    ("route.zstd_expansion", "the same extracts under zstd -3"),
    (
        "route.merge_factor",
        "a merge looks for keys besides decoding; measured: 2.2 times an append where all keys are new, 3.4 where half are",
    ),
    ("route.scd2_factor", "scd2 writes two rows for one that changed; measured: 1.6 times a merge"),
    ("route.process.startup_seconds", "bench/: a 1 MB load as a whole process, committed"),
    ("route.process.mib_per_second_per_core", "bench/: 10 million rows of 9 columns on 2 cores, rounded down"),
    ("route.process.base_memory_mib", "bench/: peak memory of the same load"),
    (
        "route.process.disk_factor",
        "a merge whose rows wait on disk, beside one in memory; measured: 1.0 where all keys are new, 1.5 where half are",
    ),
    ("route.lambda.memory_mib", "AWS Lambda: the most that a function can have is 10,240 MB"),
    ("route.lambda.time_limit_seconds", "AWS Lambda: a function is stopped after 15 minutes"),
    ("route.lambda.time_margin", "share of the limit that a load may be planned for: estimates err"),
    ("route.lambda.disk_mib", "AWS Lambda: /tmp has 512 MB unless the function is given more, up to 10,240"),
    ("route.spark.startup_seconds", "Glue 5 from StartJobRun to the first task: half a minute to a minute and a half"),
    ("route.spark.mib_per_second_per_worker", "Spark's CSV reader to Iceberg on a 4-core G.1X worker; an estimate"),
    ("route.spark.mib_per_worker", "work that justifies one more worker; an estimate"),
    ("route.spark.min_workers", "AWS Glue: a Spark job has at least 2 workers"),
    ("route.spark.max_workers", "a ceiling for one table's cost; change it"),
    ("route.spark.dpu_per_worker", "AWS Glue: a G.1X worker is 1 DPU"),
    ("route.spark.minimum_billed_seconds", "AWS Glue 2.0 and later bills at least one minute"),
];

/// The constants of the router's cost model; the `[route]` table of `naru.toml`. [`ORIGINS`] says where each comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteModel {
    /// Where small loads run.
    pub place: PlaceKind,
    /// The region whose prices count where a phase has none.
    pub region: String,
    /// What an hour of waiting is worth, in US dollars.
    pub wait_usd_per_hour: f64,
    /// Plain bytes per byte of gzip.
    pub gzip_expansion: f64,
    /// Plain bytes per byte of zstd.
    pub zstd_expansion: f64,
    /// Work of a merge relative to an append of the same bytes.
    pub merge_factor: f64,
    /// Work of scd2 relative to an append of the same bytes.
    pub scd2_factor: f64,
    /// The in-process track.
    pub process: ProcessModel,
    /// The in-process track inside AWS Lambda.
    pub lambda: LambdaModel,
    /// The Spark track.
    pub spark: SparkModel,
}

/// Kind of place that naru runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    /// A process on a machine that is there anyway.
    #[default]
    Process,
    /// An AWS Lambda function.
    Lambda,
}

/// Constants of the in-process track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessModel {
    /// Start and commit, in seconds.
    pub startup_seconds: f64,
    /// Plain text that one core loads in a second, in MiB.
    pub mib_per_second_per_core: f64,
    /// Memory of a load whatever its size, in MiB, where it may use as much; with less it makes do.
    pub base_memory_mib: f64,
    /// Time of a merge whose rows wait on disk, relative to one whose rows fit into memory.
    pub disk_factor: f64,
}

/// Constants of AWS Lambda.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LambdaModel {
    /// Memory of the function, in MiB.
    pub memory_mib: u64,
    /// When it is stopped, in seconds.
    pub time_limit_seconds: f64,
    /// Share of the time limit that may be planned for, 0 to 1.
    pub time_margin: f64,
    /// Space for temporary files, in MiB.
    pub disk_mib: f64,
}

/// Constants of Spark on AWS Glue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SparkModel {
    /// From the start call to the first task, in seconds.
    pub startup_seconds: f64,
    /// Plain text that one worker loads in a second, in MiB.
    pub mib_per_second_per_worker: f64,
    /// Plain text that justifies one worker, in MiB.
    pub mib_per_worker: f64,
    /// Fewest workers.
    pub min_workers: u32,
    /// Most workers.
    pub max_workers: u32,
    /// Data processing units of a worker.
    pub dpu_per_worker: f64,
    /// Shortest time billed, in seconds.
    pub minimum_billed_seconds: f64,
}

impl Default for RouteModel {
    fn default() -> Self {
        Self {
            place: PlaceKind::Process,
            region: "ap-northeast-2".into(),
            wait_usd_per_hour: 1.0,
            gzip_expansion: 5.0,
            zstd_expansion: 6.0,
            merge_factor: 2.2,
            scd2_factor: 3.5,
            process: ProcessModel::default(),
            lambda: LambdaModel::default(),
            spark: SparkModel::default(),
        }
    }
}

impl Default for ProcessModel {
    fn default() -> Self {
        Self { startup_seconds: 0.1, mib_per_second_per_core: 90.0, base_memory_mib: 256.0, disk_factor: 1.5 }
    }
}

impl Default for LambdaModel {
    fn default() -> Self {
        Self { memory_mib: 4096, time_limit_seconds: 900.0, time_margin: 0.6, disk_mib: 512.0 }
    }
}

impl Default for SparkModel {
    fn default() -> Self {
        Self {
            startup_seconds: 60.0,
            mib_per_second_per_worker: 40.0,
            mib_per_worker: 4096.0,
            min_workers: 2,
            max_workers: 50,
            dpu_per_worker: 1.0,
            minimum_billed_seconds: 60.0,
        }
    }
}
