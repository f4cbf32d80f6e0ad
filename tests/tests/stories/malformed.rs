//! Whatever is sent, the answer is an error in the form of the API that was called, and never a 5xx.

mod afterpay;
mod connect;
mod marketplace;
mod native;
mod sender;
