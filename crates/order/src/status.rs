//! Where an order stands.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an order stands, beside what its amounts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Registered; nothing has been agreed with the payer yet.
    Preliminary,
    /// Received and validated, or reserved: the payer has agreed.
    Confirmed {
        /// Since when.
        at: Timestamp,
    },
    /// Handed over, or wholly captured: done.
    Processed {
        /// Since when.
        at: Timestamp,
    },
    /// Ended without having been done.
    Failed {
        /// Since when.
        at: Timestamp,
        /// Why.
        failure: Failure,
    },
    /// Taken back whole: cancelled before it was done, or returned after.
    Cancelled {
        /// Since when.
        at: Timestamp,
    },
}

/// Why an order failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The payment did not come through.
    PaymentRefused,
    /// The risk policy said no.
    RiskRejected,
    /// The reservation ran out before anything was captured.
    Expired,
    /// The system that fulfils would not take it.
    HandoverFailed,
    /// The distributor is inactive.
    DistributorInactive,
    /// The reseller is inactive.
    ResellerInactive,
    /// The customer is inactive.
    CustomerInactive,
    /// There is no such customer.
    CustomerInvalid,
    /// Anything else, in words.
    Other(String),
}

impl Failure {
    /// The word that histories filter on.
    pub fn word(&self) -> &'static str {
        match self {
            Self::PaymentRefused => "payment-refused",
            Self::RiskRejected => "risk-rejected",
            Self::Expired => "expired",
            Self::HandoverFailed => "handover-failed",
            Self::DistributorInactive => "distributor-inactive",
            Self::ResellerInactive => "reseller-inactive",
            Self::CustomerInactive => "customer-inactive",
            Self::CustomerInvalid => "customer-invalid",
            Self::Other(_) => "other",
        }
    }
}

impl Status {
    /// The word for it: `preliminary`, `confirmed`, `processed`, `cancelled`, or `failed:` and the failure's word.
    pub fn word(&self) -> String {
        match self {
            Self::Preliminary => "preliminary".to_owned(),
            Self::Confirmed { .. } => "confirmed".to_owned(),
            Self::Processed { .. } => "processed".to_owned(),
            Self::Cancelled { .. } => "cancelled".to_owned(),
            Self::Failed { failure, .. } => format!("failed:{}", failure.word()),
        }
    }

    /// Whether money may still be taken on it: the payer has agreed and nobody has ended it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Confirmed { .. } | Self::Processed { .. })
    }
}
