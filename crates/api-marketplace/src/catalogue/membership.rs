//! Memberships of the VIP programme that can be taken over, as a file tells of them.

use crate::errors::{ApiError, NOT_TRANSFERABLE, TRANSFER_NO_ADMIN};
use crate::wire::benefit;
use crate::wire::customer::Annex;
use crate::wire::fields::Complaints;
use http_kit::wire::{Lenient, Number, time};
use order::{Account, Currency, Licence, Membership, Opaque, Quantity, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Parts;
use super::partner::allows;

/// A membership, as a file tells of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FileMembership {
    pub(super) membership_id: String,
    #[serde(default)]
    external_reference_id: Option<String>,
    company_profile: Map<String, Value>,
    items: Vec<FileLicence>,
    #[serde(default)]
    benefits: Vec<Value>,
    #[serde(default)]
    discounts: Vec<Value>,
    #[serde(default)]
    linked_membership: Option<Value>,
    #[serde(default)]
    returnable_purchase: bool,
    #[serde(default)]
    open_purchase_authorization: bool,
    /// Why else it can't be taken over, in the API's reason codes.
    #[serde(default)]
    ineligible: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FileLicence {
    offer_id: String,
    quantity: Lenient<Number>,
    currency_code: String,
    renewal_date: String,
    #[serde(default)]
    deployment_id: Option<String>,
}

/// What only this API knows of a membership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Terms {
    /// `benefits`, as they were told.
    pub(crate) benefits: Vec<Value>,
    /// `discounts`, as they were told.
    pub(crate) discounts: Vec<Value>,
    /// `linkedMembership`, as it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) linked: Option<Value>,
    /// Whether something that was bought there can still go back.
    pub(crate) returnable: bool,
    /// Whether a purchase there is authorised and not paid for.
    pub(crate) authorised: bool,
    /// Why else it can't be taken over.
    pub(crate) ineligible: Vec<String>,
}

/// What a client is willing to lose by a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waived {
    /// Returns: `ignore-order-return`.
    pub(crate) returns: bool,
    /// Open authorisations: `expire-open-pas`.
    pub(crate) authorisations: bool,
}

impl FileMembership {
    pub(super) fn membership(self) -> Result<Membership, String> {
        let id = self.membership_id;
        if id.is_empty() || id.chars().count() > 40 || id.contains('\0') {
            return Err("membershipId: it has 1 to 40 characters".to_owned());
        }
        let mut licences = Vec::with_capacity(self.items.len());
        for (place, item) in self.items.into_iter().enumerate() {
            licences.push(
                item.licence()
                    .map_err(|wrong| format!("items[{place}].{wrong}"))?,
            );
        }
        if licences.is_empty() {
            return Err("items: there are none".to_owned());
        }
        let mut complaints = Complaints::default();
        let said = benefit::read(&self.benefits, "benefits", &mut complaints);
        complaints
            .check()
            .map_err(|_wrong| "benefits: they are not as the API has them".to_owned())?;
        let annex = Annex {
            profile: self.company_profile,
            benefits: said.others,
            ..Annex::default()
        };
        let mut account = Account {
            reference: self.external_reference_id.filter(|text| !text.is_empty()),
            commitment: said.commitment,
            requested: said.requested,
            recommitment: said.recommitment,
            ..Account::bare()
        };
        annex.put(&mut account);
        let terms = Terms {
            benefits: self.benefits,
            discounts: self.discounts,
            linked: self.linked_membership,
            returnable: self.returnable_purchase,
            authorised: self.open_purchase_authorization,
            ineligible: self.ineligible,
        };
        Ok(Membership {
            account,
            licences,
            transfer: None,
            annex: Opaque::of(&terms).ok(),
        })
    }
}

impl FileLicence {
    fn licence(self) -> Result<Licence, String> {
        let currency = Currency::from_code(&self.currency_code);
        let currency = currency
            .ok_or_else(|| format!("currencyCode: {} is no currency of ISO 4217", self.currency_code))?;
        let renews_at = time::parse_date(&self.renewal_date)
            .map_err(|_error| format!("renewalDate: {} is no date", self.renewal_date))?;
        let quantity = Quantity::new(self.quantity.0.0).map_err(|error| format!("quantity: {error}"))?;
        if !quantity.is_positive() || !quantity.decimal().fract().is_zero() {
            return Err("quantity: it is no whole number above zero".to_owned());
        }
        Ok(Licence {
            product: self.offer_id,
            quantity,
            currency,
            renews_at: Timestamp(renews_at),
            deployment: self.deployment_id,
        })
    }
}

impl Terms {
    pub(crate) fn of(membership: &Membership) -> Self {
        let kept = membership.annex.as_ref();
        kept.and_then(|annex| annex.read().ok()).unwrap_or_default()
    }
}

/// Whether a membership can be taken over: it was not yet, has somebody who administers it, and nothing stands against
/// it but what the client waives. `is_sold` says whether the merchant sells all that it has.
pub(crate) fn check(
    membership: &Membership,
    (parts, is_sold): (&Parts, bool),
    waived: Waived,
) -> Result<(), ApiError> {
    membership.check_free()?;
    let customer = Annex::of(&membership.account);
    let contacts = customer.profile.get("contacts").and_then(Value::as_array);
    if contacts.is_none_or(Vec::is_empty) {
        return Err(ApiError::new(TRANSFER_NO_ADMIN));
    }
    let terms = Terms::of(membership);
    let mut reasons: Vec<&str> = Vec::new();
    let mut note = |stands: bool, reason: &'static str| {
        if stands {
            reasons.push(reason);
        }
    };
    note(
        !allows(&parts.partner.countries, customer.country()),
        "INVALID_COUNTRY",
    );
    note(
        !allows(&parts.partner.market_segments, customer.segment()),
        "BAD_MARKET_SEGMENT",
    );
    note(terms.returnable && !waived.returns, "RETURNABLE_PURCHASE");
    note(terms.authorised && !waived.authorisations, "OPEN_PURCHASE_AUTH");
    note(!is_sold, "NO_TARGET_SKU");
    reasons.extend(terms.ineligible.iter().map(String::as_str));
    if reasons.is_empty() {
        return Ok(());
    }
    let reasons = reasons.iter().map(|reason| format!("Reason: {reason}"));
    Err(ApiError::about(NOT_TRANSFERABLE, reasons))
}
