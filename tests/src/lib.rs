//! The suites are the test binaries of this package; it has no code of its own.
