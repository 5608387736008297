//! The router: which engine runs a load, why, and what each would cost.

use serde::{Deserialize, Serialize};

/// The constants of the router's cost model; the `[route]` table of `naru.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteModel {}
