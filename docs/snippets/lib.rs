//! The guides and examples are built as examples of this package, whose tests run them.
