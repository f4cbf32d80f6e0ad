//! What the core carries without looking at it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A piece of JSON that belongs to one dialect: kept and given back, never read here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Opaque(Box<RawValue>);

impl Opaque {
    /// Keeps a value.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, such as a map whose keys are not text.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// Gives the value back.
    ///
    /// # Errors
    /// When the text does not have the shape that is asked for.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0.get())
    }

    /// The JSON text.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Opaque {}
