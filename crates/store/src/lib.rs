//! SQL, written once, over two drivers: rows in, rows out.

pub mod rows;
