//! Who and what: typed ids, so that mixing two up does not compile.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The tenant that owns orders, customers and credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MerchantId(pub i64);

/// An order's id: unique within its merchant, below 2^53, from 1,000,000,000 up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub i64);

impl OrderId {
    /// The first id that a merchant's orders get: ten digits in every dialect, and clear of other systems' small ids.
    pub const FIRST: i64 = 1_000_000_000;
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for MerchantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One published API that Ordrebok speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Mediaconnect Connect / ConnectID.
    Connect,
    /// AfterPay v3 (Arvato, Riverty).
    AfterPay,
    /// Adobe's VIP Marketplace Partner API.
    Marketplace,
    /// Ordrebok's own API.
    Ordrebok,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Connect, Self::AfterPay, Self::Marketplace, Self::Ordrebok];

    /// The word for it on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::AfterPay => "afterpay",
            Self::Marketplace => "marketplace",
            Self::Ordrebok => "ordrebok",
        }
    }

    /// The dialect that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
