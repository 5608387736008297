//! Words that cannot name a column.

/// Words that Athena reserves in SELECT statements (Athena user guide, "Escape reserved keywords in queries"): a column
/// of such a name could not be queried without quotes. Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 76] = [
    "alter", "and", "as", "between", "by", "case", "cast", "constraint", "create", "cross", "cube",
    "current_catalog", "current_date", "current_path", "current_schema", "current_time", "current_timestamp",
    "current_user", "deallocate", "delete", "describe", "distinct", "drop", "else", "end", "escape", "except",
    "execute", "exists", "extract", "false", "first", "for", "from", "full", "group", "grouping", "having", "in",
    "inner", "insert", "intersect", "into", "is", "join", "last", "left", "like", "listagg", "localtime",
    "localtimestamp", "natural", "normalize", "not", "null", "of", "on", "or", "order", "outer", "prepare",
    "recursive", "right", "rollup", "select", "table", "then", "true", "uescape", "union", "unnest", "using",
    "values", "when", "where", "with",
];

/// Whether the name, in lower case, is reserved.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn whole_words_only() {
        for word in ["alter", "order", "current_date", "with"] {
            assert!(is_reserved(word), "{word}");
        }
        for name in ["", "ord", "orders", "date", "year", "and as"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
