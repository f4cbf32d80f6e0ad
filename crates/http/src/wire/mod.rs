//! Values as they stand on a wire: numbers by their digits, times in every form that a dialect reads.

mod number;
pub mod time;

pub use number::{DigitsError, FromDigits, Lenient, Number, read_digits};
