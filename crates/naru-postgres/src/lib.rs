//! Marks as rows of a PostgreSQL table, `naru_marks`.
//!
//! TLS is on by default (`sslmode=verify-full`): the server's certificate must be signed by an authority that the system, or
//! `sslrootcert` of the location, trusts, and be of the server's name. `sslmode=disable` is for servers on this machine.

mod location;
mod marks;
mod tls;

pub use marks::PostgresMarks;
