//! Tests of the core from outside, one module per subject.

mod naming_convention;
