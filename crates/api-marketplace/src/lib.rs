//! api-marketplace
