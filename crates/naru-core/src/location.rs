//! Locations of files, as the metadata of tables names them.

/// A location in one way of writing it, to compare by: other engines write `file:/path`, `/path` or `s3a://` for the same
/// file.
pub fn normal(location: &str) -> String {
    let local = location.strip_prefix("file:").or_else(|| location.starts_with('/').then_some(location));
    if let Some(path) = local {
        return format!("/{}", path.trim_start_matches('/'));
    }
    match location.split_once("://") {
        Some(("s3a" | "s3n", rest)) => format!("s3://{rest}"),
        _ => location.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn one_file_has_one_location() {
        for location in ["file:///lake/t/a b.parquet", "file:/lake/t/a b.parquet", "/lake/t/a b.parquet"] {
            assert_eq!(normal(location), "/lake/t/a b.parquet");
        }
        for location in ["s3://bucket/t/a", "s3a://bucket/t/a", "s3n://bucket/t/a"] {
            assert_eq!(normal(location), "s3://bucket/t/a");
        }
    }
}
