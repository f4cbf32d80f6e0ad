//! What all APIs share of HTTP, and no rule of any of them.
//!
//! - [`Answer`]: a rendered answer; [`Failure`]: what every dialect must be able to say in its own form
//! - [`RequestId`]: one for each request, taken or made
//! - [`Routes`]: a dialect's operations, as a router and as a list
//! - [`allowance`]: how many calls a client has left
//! - [`body`]: bodies read up to a limit and parsed with an error that names the member
//! - [`headers`], [`token`]: credentials and token requests in every form in which clients send them
//! - [`query`], [`path`]: query strings and paths, decoded with an error of one's own
//! - [`wire`]: numbers by their digits, times in every form that the dialects read
//! - [`openapi`]: the document that describes a dialect's operations
//! - [`overlay`]: how an imported order is given back as its system wrote it
//!
//! Deliberately absent: words, codes and error bodies. They are a dialect's.

pub mod allowance;
mod answer;
pub mod body;
pub mod headers;
pub mod openapi;
pub mod overlay;
pub mod path;
pub mod query;
mod request_id;
mod routes;
pub mod token;
pub mod wire;

pub use answer::{Answer, Failure, Refuse};
pub use request_id::{RequestId, RequestIds};
pub use routes::{Endpoint, Needs, Routes};
