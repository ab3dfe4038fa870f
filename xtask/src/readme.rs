#![doc = include_str!("../../README.md")]
//! This library exists so that the examples of the README are compiled and run with the other tests.
