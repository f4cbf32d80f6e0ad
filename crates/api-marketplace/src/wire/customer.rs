//! The customer resource.

use super::benefit;
use super::fields::{Complaints, Fields};
use super::link::{self, SelfLink};
use super::status;
use book::KeptAccount;
use http_kit::overlay::{self, Patch};
use http_kit::wire::time;
use order::{Account, Dialect, Opaque, Timestamp};
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
    /// Whether the customer may have deployments in other countries; none when nobody has said.
    pub(crate) global_sales: Option<bool>,
    /// How an imported customer's original differs from what we say, so that it is given back as it was.
    #[serde(skip_serializing_if = "Patch::is_empty")]
    pub(crate) overlay: Patch,
    /// What lets another reseller take the customer over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<Approval>,
    /// The group of customers that they belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) linked: Option<Linked>,
    /// When the customer went from one reseller to another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) moves: Vec<Move>,
}

/// What lets another reseller take a customer over, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Approval {
    pub(crate) code: String,
    pub(crate) until: Timestamp,
}

/// A customer's going from one reseller to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) id: String,
    pub(crate) reseller: String,
    pub(crate) at: Timestamp,
    /// The code that it was approved by.
    #[serde(default)]
    pub(crate) code: String,
}

/// A customer's place in a group of customers: a linked membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Linked {
    /// The group's id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// `STANDARD` or `CONSORTIUM`.
    pub(crate) kind: String,
    /// Whether the customer made it, or joined it.
    pub(crate) owns: bool,
    /// When it was made.
    pub(crate) at: Timestamp,
}

/// `linkedMembership` as a customer shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LinkedResource<'l> {
    id: &'l str,
    name: &'l str,
    r#type: &'l str,
    linked_membership_type: &'static str,
    creation_date: String,
}

impl<'l> LinkedResource<'l> {
    fn of(linked: &'l Linked) -> Self {
        Self {
            id: &linked.id,
            name: &linked.name,
            r#type: &linked.kind,
            linked_membership_type: if linked.owns { "OWNER" } else { "MEMBER" },
            creation_date: time::seconds_text(linked.at.0),
        }
    }
}

impl Annex {
    pub(crate) fn of(account: &Account) -> Self {
        let kept = account.annex.get(&Dialect::Marketplace);
        kept.and_then(|annex| annex.read().ok()).unwrap_or_default()
    }

    /// Keeps it with the account.
    pub(crate) fn put(&self, account: &mut Account) {
        let kept = Opaque::of(self).ok();
        account
            .annex
            .extend(kept.map(|annex| (Dialect::Marketplace, annex)));
    }

    /// The market segment, when it is known.
    pub(crate) fn segment(&self) -> Option<&str> {
        self.profile.get("marketSegment")?.as_str()
    }

    /// The country, when it is known.
    pub(crate) fn country(&self) -> Option<&str> {
        self.profile.get("address")?.get("country")?.as_str()
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
    benefits: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_membership: Option<LinkedResource<'a>>,
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
        global_sales_enabled: annex.global_sales.unwrap_or(false),
        company_profile: &annex.profile,
        discounts: json!([
            { "offerType": "LICENSE", "level": account.level(annex.segment() == Some("EDU"), now) },
            { "offerType": "CONSUMABLES", "level": "T1" },
        ]),
        coterm_date: account
            .anniversary
            .map(|at| time::date_text(at.0))
            .unwrap_or_default(),
        creation_date: time::seconds_text(kept.created_at.0),
        status: status_of(account, now),
        tags: [],
        benefits: benefit::shown(account, &annex.benefits),
        linked_membership: annex.linked.as_ref().map(LinkedResource::of),
        links: SelfLink::to(link::customer(&kept.id)),
    };
    // A resource has text keys only and always serialises.
    if annex.overlay.is_empty() {
        return serde_json::to_string(&resource).unwrap_or_default();
    }
    let mut shown = serde_json::to_value(&resource).unwrap_or_default();
    overlay::apply(&annex.overlay, &mut shown);
    shown.to_string()
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
    } else if is_code && !is_country(&country) {
        complaints.nowhere(address.at("country"));
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

/// The countries of ISO 3166-1.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ \
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS \
    PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL \
    TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

pub(crate) fn is_country(code: &str) -> bool {
    COUNTRIES.split_ascii_whitespace().any(|known| known == code)
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
