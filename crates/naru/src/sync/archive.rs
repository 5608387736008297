//! A zip archive of a few small files, uncompressed: the same files make the same bytes, so that its digest says whether they
//! have changed. Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.

/// 1980-01-01, the first day that the format knows.
const DATE: u16 = (1 << 5) | 1;

/// Made by Unix, so that the permissions below count.
const MADE_BY: u16 = (3 << 8) | 20;
const NEEDS_VERSION: u16 = 20;
/// A regular file that everybody reads: 0644.
const MODE: u32 = 0o100_644 << 16;

/// The archive of files, each a name and its content.
pub(super) fn archive(files: &[(String, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = length(bytes.len());
        let common = common(name, content);
        bytes.extend(0x0403_4b50_u32.to_le_bytes());
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&common);
        // No comment, one disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size) = (length(bytes.len()), length(directory.len()));
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX);
    bytes.extend(directory);
    bytes.extend(0x0605_4b50_u32.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// What stands before a file's content and in the directory alike: from the version that is needed to the length of the
/// extra field.
fn common(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Version; names are UTF-8; stored as it is; midnight.
    for field in [NEEDS_VERSION, 1 << 11, 0, 0, DATE] {
        bytes.extend(field.to_le_bytes());
    }
    for field in [crc32fast::hash(content), length(content.len()), length(content.len())] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    // No extra field.
    bytes.extend([0; 2]);
    bytes
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
