//! Mediaconnect Connect.

mod callback;

pub use callback::callback_url;
