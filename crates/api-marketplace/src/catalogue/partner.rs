//! What the merchant may do at all: where and into which market segments they sell.

use crate::errors::{ApiError, NO_ORDERS, PARTNER_NOT_GLOBAL, PROGRAM_NOT_ALLOWED};
use crate::wire::customer::Annex;
use serde::{Deserialize, Serialize};

/// What the merchant may do. Whatever is not said is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Partner {
    /// Whether they may sell into several countries.
    pub global_sales: Option<bool>,
    /// Whether orders are taken.
    pub takes_orders: Option<bool>,
    /// The market segments that they sell into; empty for all.
    pub market_segments: Vec<String>,
    /// The countries whose customers they may take over; empty for all.
    pub countries: Vec<String>,
    /// The countries that recommendations are made for; empty for all.
    pub recommendation_countries: Vec<String>,
}

/// Whether a list allows something: one without entries allows all.
pub(crate) fn allows(list: &[String], wanted: Option<&str>) -> bool {
    list.is_empty() || wanted.is_none_or(|wanted| list.iter().any(|known| known == wanted))
}

impl Partner {
    /// Whether they may place orders for a customer.
    pub(crate) fn check_order(&self, customer: &Annex) -> Result<(), ApiError> {
        if self.takes_orders == Some(false) {
            return Err(ApiError::new(NO_ORDERS));
        }
        if !allows(&self.market_segments, customer.segment()) {
            return Err(ApiError::about(
                PROGRAM_NOT_ALLOWED,
                ["companyProfile.marketSegment"],
            ));
        }
        Ok(())
    }

    /// Whether they may sell into several countries.
    pub(crate) fn check_global(&self) -> Result<(), ApiError> {
        if self.global_sales == Some(false) {
            return Err(ApiError::new(PARTNER_NOT_GLOBAL));
        }
        Ok(())
    }
}
