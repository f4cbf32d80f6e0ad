//! api-connect
