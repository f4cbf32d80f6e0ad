//! What an operator can set.

use order::{Amount, InstalmentTerms, RiskPolicy};

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// After how many days a reservation lapses.
    pub reservation_days: i64,
    /// Whether the documented test names decide how an authorize comes out.
    pub sandbox: bool,
    /// The payment types that are offered and accepted, as AfterPay writes them.
    pub payment_types: Vec<String>,
    /// Who may pay later, by merchant.
    pub risk: Vec<MerchantRisk>,
    /// How an amount can be paid in parts.
    pub installments: Vec<InstallmentProfile>,
    /// The numbers of the accounts' profiles.
    pub account_profiles: Vec<i64>,
    /// The countries whose bank accounts are taken, by their two letters.
    pub bank_account_countries: Vec<String>,
}

/// Who may pay one merchant later.
#[derive(Debug, Clone)]
pub struct MerchantRisk {
    /// The merchant's name; none for all that have no policy of their own.
    pub merchant: Option<String>,
    /// What is allowed.
    pub policy: RiskPolicy,
}

/// One way of paying in parts.
#[derive(Debug, Clone)]
pub struct InstallmentProfile {
    /// Its number, unique within a country.
    pub number: i64,
    /// The country that it is for, by its two letters.
    pub country: String,
    /// The lowest amount; none for any.
    pub lowest: Option<Amount>,
    /// The highest amount; none for any.
    pub highest: Option<Amount>,
    /// What it costs.
    pub terms: InstalmentTerms,
    /// Where a customer can read more.
    pub read_more: Option<String>,
}

impl Settings {
    /// The policy for a merchant of this name: its own, else the one for all, else none.
    pub(crate) fn policy(&self, merchant: Option<&str>) -> Option<&RiskPolicy> {
        let own = self
            .risk
            .iter()
            .find(|risk| risk.merchant.is_some() && risk.merchant.as_deref() == merchant);
        let common = || self.risk.iter().find(|risk| risk.merchant.is_none());
        own.or_else(common).map(|risk| &risk.policy)
    }
}

impl InstallmentProfile {
    /// Whether the amount can be paid this way.
    pub(crate) fn takes(&self, amount: Amount) -> bool {
        amount.is_positive()
            && self.lowest.is_none_or(|lowest| lowest <= amount)
            && self.highest.is_none_or(|highest| amount <= highest)
    }
}
