//! The stretch of a source's text that is being split.

use std::io::Read;

use naru_core::dialect::Encoding;

use super::text_source::{LEAST_SPACE, TextSource};
use crate::SourceError;
use crate::source_position::{Malformed, Origin, Positions};

/// Bytes of a new buffer; it grows as it is filled, since most of many files are small.
const FIRST_BYTES: usize = 64 * 1024;

/// The text that has been read and not been handed out.
pub(crate) struct Window {
    /// Longer than what is filled, so that a recycled buffer need not be cleared.
    buffer: Vec<u8>,
    filled: usize,
    pub(crate) origin: Origin,
    /// Whether the source has ended.
    pub(crate) ended: bool,
    /// Why the source cannot be read any further; reported once the records before are out, so that the result does
    /// not depend on how far it is read ahead.
    pub(crate) failure: Option<SourceError>,
}

impl Window {
    pub(crate) fn new(encoding: Encoding, byte_offset: u64) -> Self {
        let origin = Origin { encoding, byte_offset, line: 1, malformed: Vec::new() };
        Self { buffer: Vec::new(), filled: 0, origin, ended: false, failure: None }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Reads until there are `target` bytes of text, or the source ends or fails.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut TextSource<R>, target: usize) {
        while self.filled < target && !self.ended && self.failure.is_none() {
            let space = target.min((self.filled * 2).max(FIRST_BYTES)) + LEAST_SPACE;
            if self.buffer.len() < space {
                self.buffer.resize(space, 0);
            }
            let space = self.buffer.len().min(target + LEAST_SPACE);
            let out = &mut self.buffer[self.filled..space];
            match source.read(out, self.filled, &mut self.origin.malformed) {
                Ok(count) => {
                    self.filled += count;
                    self.ended = count == 0;
                }
                Err(failure) => self.failure = Some(failure),
            }
        }
    }

    /// Source's byte offset and line of a position.
    pub(crate) fn locate(&self, position: usize) -> (u64, u64) {
        Positions::new(self.text(), &self.origin).locate(position)
    }

    /// Passes over the first bytes.
    pub(crate) fn drop_front(&mut self, count: usize) {
        self.origin = self.origin_after(count);
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    /// Takes the first bytes out, as a text with its origin; the rest moves into `next`.
    pub(crate) fn take_front(&mut self, count: usize, mut next: Vec<u8>) -> (Vec<u8>, Origin) {
        let after = self.origin_after(count);
        let rest = self.filled - count;
        if next.len() < rest {
            next.resize(rest, 0);
        }
        next[..rest].copy_from_slice(&self.buffer[count..self.filled]);
        self.filled = rest;
        let mut text = std::mem::replace(&mut self.buffer, next);
        text.truncate(count);
        let mut origin = std::mem::replace(&mut self.origin, after);
        origin.malformed.retain(|bad| bad.position < count);
        (text, origin)
    }

    fn origin_after(&self, count: usize) -> Origin {
        let (byte_offset, line) = self.locate(count);
        let rest = self.origin.malformed.iter().filter(|bad| bad.position >= count);
        let malformed = rest.map(|bad| Malformed { position: bad.position - count, ..*bad }).collect();
        Origin { encoding: self.origin.encoding, byte_offset, line, malformed }
    }
}
