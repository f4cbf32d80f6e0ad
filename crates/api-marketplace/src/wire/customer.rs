//! The customer resource.

use super::fields::{Complaints, Fields};
use super::link::{self, SelfLink};
use super::status;
use book::KeptAccount;
use http_kit::wire::time;
use order::{Account, Dialect, Opaque, Timestamp, offer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const SEGMENTS: [&str; 3] = ["COM", "EDU", "GOV"];
/// The longest text of any field of a profile.
const LONGEST: usize = 255;
/// How short and how long a company's name may be.
const COMPANY: std::ops::RangeInclusive<usize> = 3..=250;

/// What only this API knows of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Annex {
    /// `companyProfile`, as it was sent.
    pub(crate) profile: Map<String, Value>,
    /// `benefits`, as they were sent.
    pub(crate) benefits: Vec<Value>,
    /// Whether the customer may have deployments in other countries.
    pub(crate) global_sales: bool,
}

impl Annex {
    pub(crate) fn of(account: &Account) -> Self {
        let kept = account.annex.get(&Dialect::Marketplace);
        kept.and_then(|annex| annex.read().ok()).unwrap_or_default()
    }

    /// The annex as it is kept.
    pub(crate) fn opaque(&self) -> Option<Opaque> {
        Opaque::of(self).ok()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Customer")]
pub(crate) struct CustomerResource<'a> {
    external_reference_id: &'a str,
    customer_id: &'a str,
    reseller_id: &'a str,
    global_sales_enabled: bool,
    company_profile: &'a Map<String, Value>,
    discounts: Value,
    coterm_date: String,
    creation_date: String,
    status: &'static str,
    tags: [&'static str; 0],
    benefits: &'a [Value],
    links: SelfLink,
}

/// The code of an account's status.
pub(crate) fn status_of(account: &Account, now: Timestamp) -> &'static str {
    if account.is_pending(now) {
        status::PENDING
    } else {
        status::standing(account.standing)
    }
}

/// The customer as JSON text.
pub(crate) fn text(kept: &KeptAccount, now: Timestamp) -> String {
    let account = &kept.body;
    let annex = Annex::of(account);
    let resource = CustomerResource {
        external_reference_id: account.reference.as_deref().unwrap_or_default(),
        customer_id: &kept.id,
        reseller_id: account.reseller.as_deref().unwrap_or_default(),
        global_sales_enabled: annex.global_sales,
        company_profile: &annex.profile,
        discounts: json!([
            { "offerType": "LICENSE", "level": offer::volume_level(account.licences()) },
            { "offerType": "CONSUMABLES", "level": "T1" },
        ]),
        coterm_date: account
            .anniversary
            .map(|at| time::date_text(at.0))
            .unwrap_or_default(),
        creation_date: time::seconds_text(kept.created_at.0),
        status: status_of(account, now),
        tags: [],
        benefits: &annex.benefits,
        links: SelfLink::to(link::customer(&kept.id)),
    };
    // A resource has text keys only and always serialises.
    serde_json::to_string(&resource).unwrap_or_default()
}

/// Whose profile it is: a customer is of one market segment, a reseller sells into several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileOf {
    Customer,
    Reseller,
}

/// Checks a company profile and gives it back as it was sent.
pub(crate) fn profile(fields: &Fields<'_>, of: ProfileOf, complaints: &mut Complaints) -> Map<String, Value> {
    let Some(profile) = fields.object("companyProfile", complaints) else {
        if fields.value("companyProfile").is_none() {
            complaints.missing(fields.at("companyProfile"));
        }
        return Map::new();
    };
    let name = profile.needed_text("companyName", *COMPANY.end(), complaints);
    if !name.is_empty() && !COMPANY.contains(&name.chars().count()) {
        complaints.invalid(profile.at("companyName"));
    }
    profile.text("preferredLanguage", LONGEST, complaints);
    check_segments(&profile, of, complaints);
    check_reachable(&profile, complaints);
    profile.members().clone()
}

fn check_segments(profile: &Fields<'_>, of: ProfileOf, complaints: &mut Complaints) {
    let (name, segments) = match of {
        ProfileOf::Customer => {
            let segment = profile.needed_text("marketSegment", LONGEST, complaints);
            ("marketSegment", vec![segment])
        }
        ProfileOf::Reseller => (
            "marketSegments",
            profile.texts("marketSegments", LONGEST, complaints),
        ),
    };
    let is_known = |segment: &String| segment.is_empty() || SEGMENTS.contains(&segment.as_str());
    if !segments.iter().all(is_known) {
        complaints.invalid(profile.at(name));
    }
}

fn check_reachable(profile: &Fields<'_>, complaints: &mut Complaints) {
    match profile.object("address", complaints) {
        Some(address) => check_address(&address, complaints),
        None if profile.value("address").is_none() => complaints.missing(profile.at("address")),
        None => {}
    }
    match profile.objects("contacts", complaints) {
        Some(contacts) if contacts.is_empty() => complaints.missing(profile.at("contacts")),
        Some(contacts) => {
            for contact in contacts {
                check_contact(&contact, complaints);
            }
        }
        None if profile.value("contacts").is_none() => complaints.missing(profile.at("contacts")),
        None => {}
    }
}

/// Checks an address: a country of two letters, and texts.
pub(crate) fn check_address(address: &Fields<'_>, complaints: &mut Complaints) {
    let country = address.needed_text("country", LONGEST, complaints);
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if !country.is_empty() && !is_code {
        complaints.invalid(address.at("country"));
    }
    for name in [
        "region",
        "city",
        "addressLine1",
        "addressLine2",
        "postalCode",
        "phoneNumber",
    ] {
        address.text(name, LONGEST, complaints);
    }
}

fn check_contact(contact: &Fields<'_>, complaints: &mut Complaints) {
    for name in ["firstName", "lastName"] {
        contact.needed_text(name, LONGEST, complaints);
    }
    contact.text("phoneNumber", LONGEST, complaints);
    let email = contact.needed_text("email", LONGEST, complaints);
    let is_address = email
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !email.is_empty() && !is_address {
        complaints.invalid(contact.at("email"));
    }
}
