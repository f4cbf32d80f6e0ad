//! OpenAPI 3.1 documents, made of a dialect's list of endpoints and of what it says of each.
//!
//! The schemas of answers are those of the wire types themselves, so that a document can't promise what the code doesn't
//! send. Requests are described as they are documented; a dialect may read more leniently than that.

mod document;
mod operation;

pub use document::Api;
pub use operation::{Operation, Parameter, Schema};
