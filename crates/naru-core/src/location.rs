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

/// The least and the greatest normal location of files that lie between two locations, both included.
///
/// None where the two are written in two ways: those do not sort as the normal ones do (`file:///z` comes before
/// `file:/a`), so that they are no bounds of them.
pub fn normal_bounds(lower: &str, upper: &str) -> Option<(String, String)> {
    let (least, greatest) = (normal(lower), normal(upper));
    (way_of_writing(lower, &least) == way_of_writing(upper, &greatest)).then_some((least, greatest))
}

/// What stands before the part that does not change.
fn way_of_writing<'a>(location: &'a str, normal: &str) -> &'a str {
    let scheme = || location.split_once("://").map_or("", |(scheme, _)| scheme);
    location.strip_suffix(normal).unwrap_or_else(scheme)
}

#[cfg(test)]
mod tests {
    use super::{normal, normal_bounds};

    #[test]
    fn bounds_are_of_one_way_of_writing() {
        let some = |lower: &str, upper: &str| Some((lower.to_owned(), upper.to_owned()));
        for way in ["", "file:", "file://"] {
            assert_eq!(normal_bounds(&format!("{way}/a/b"), &format!("{way}/a/c")), some("/a/b", "/a/c"));
        }
        assert_eq!(normal_bounds("s3a://b/k", "s3a://b/l"), some("s3://b/k", "s3://b/l"));
        assert_eq!(normal_bounds("s3://b/k", "s3://b/l"), some("s3://b/k", "s3://b/l"));
        // Each pair is in order as it is written.
        for (lower, upper) in [
            ("/a/b", "file:/a/a"),
            ("file:///a/b", "file:/a/a"),
            ("file:///a/b", "file:/a/c"),
            ("s3://b/l", "s3a://b/k"),
        ] {
            assert!(lower < upper);
            assert_eq!(normal_bounds(lower, upper), None, "{lower} {upper}");
        }
    }

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
