//! The program itself: its command line, and what its server does whatever the API.

mod command_line;
mod conventions;
mod demo;
mod files;
mod installed;
mod moving;
mod openapi;
mod operations;
mod reporting;
mod sandbox;
mod server;
mod with_orders;
