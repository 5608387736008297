//! A list of an interval's files: a line for each, its name and its size in bytes.
//!
//! ```text
//! file,size_bytes         this line may be left out
//! account_1.csv,1048576
//! account_2.csv,52
//! ```

use std::collections::BTreeMap;

use crate::Fault;

/// Greatest size of a list, in bytes.
pub const MAX_LIST_BYTES: u64 = 1 << 20;

/// What a source says that it has delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileList {
    /// Sizes in bytes, by the files' names below the interval's directory.
    pub sizes: BTreeMap<String, u64>,
}

impl FileList {
    /// Reads a list; `location` is what faults call it.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(bytes: &[u8], location: &str) -> Result<Self, Vec<Fault>> {
        let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) else {
            return Err(vec![Fault::new(location, "the list of files is not UTF-8")]);
        };
        let (mut sizes, mut faults) = (BTreeMap::new(), Vec::new());
        for (line, number) in text.lines().zip(1_u32..) {
            let line = line.trim();
            if line.is_empty() || (number == 1 && line == "file,size_bytes") {
                continue;
            }
            // A comma in a name is no separator: the last one is.
            let parsed = line.rsplit_once(',').and_then(|(name, size)| Some((name, size.trim().parse::<u64>().ok()?)));
            let fault = |message: &str| Fault::new(location, message).at(number, 0);
            match parsed.filter(|(name, _)| !name.is_empty()) {
                None => faults.push(fault("no name and size").hint("write them as in account.csv,1048576")),
                Some((name, size)) => {
                    if sizes.insert(name.to_owned(), size).is_some() {
                        faults.push(fault("the same file stands on an earlier line"));
                    }
                }
            }
        }
        if faults.is_empty() { Ok(Self { sizes }) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lists_are_read_with_and_without_a_heading() {
        let right = FileList { sizes: BTreeMap::from([("a,b.csv".into(), 3), ("sub/c.csv".into(), 0)]) };
        for text in ["file,size_bytes\r\na,b.csv,3\r\n\r\nsub/c.csv, 0\r\n", "\u{feff}a,b.csv,3\nsub/c.csv,0"] {
            assert_eq!(FileList::parse(text.as_bytes(), "l"), Ok(right.clone()));
        }
        assert_eq!(FileList::parse(b"", "l"), Ok(FileList::default()));
    }

    #[test]
    fn every_fault_is_told() {
        let told = FileList::parse(b"a.csv,1\nb.csv\n,1\na.csv,2\nc.csv,-1\n", "s3://b/_FILES").unwrap_err();
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        let right = [
            "s3://b/_FILES:2: no name and size",
            "s3://b/_FILES:3: no name and size",
            "s3://b/_FILES:4: the same file stands on an earlier line",
            "s3://b/_FILES:5: no name and size",
        ];
        assert_eq!(told, right);
        assert!(FileList::parse(b"\xff", "l").is_err());
    }
}
