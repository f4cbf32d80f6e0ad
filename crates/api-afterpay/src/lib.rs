//! api-afterpay
