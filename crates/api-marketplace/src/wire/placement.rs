//! What a client sends to place an order.

use super::fields::{Complaints, Fields, object};
use super::switching::{self, CancelledItem};
use crate::errors::{
    ApiError, DISCOUNT_CODE, DUPLICATE_LINES, INVALID_OFFER, LINE_NUMBER_RANGE, QUANTITY_RANGE,
    REFERENCE_TOO_LONG, TOO_MANY_LINES,
};
use order::{Currency, LineTerms};

/// Members of an order that a client may send. Those that the server itself sets are ignored: clients send back what
/// they were answered.
const ORDER: [&str; 18] = [
    "externalReferenceId",
    "orderType",
    "referenceOrderId",
    "referencedOrderId",
    "currencyCode",
    "lineItems",
    "cancellingItems",
    "customerId",
    "orderId",
    "creationDate",
    "status",
    "links",
    "source",
    "pricingSummary",
    "eligibleOffers",
    "recommendations",
    "flexDiscounts",
    "promotions",
];

/// Members of a line. Cancelled items have some of them.
pub(crate) const LINE: [&str; 17] = [
    "extLineItemNumber",
    "offerId",
    "quantity",
    "currencyCode",
    "deploymentId",
    "discountCode",
    "flexDiscountCodes",
    "promotionCodes",
    "subscriptionId",
    "status",
    "flexDiscounts",
    "promotions",
    "pricing",
    "proratedDays",
    "remainingQuantity",
    "referenceLineItemNumber",
    "renewalCode",
];

pub(crate) const LONGEST_ID: usize = 40;
/// The documented limit, which holds for purchases; orders that return others are kept with longer ones.
const LONGEST_REFERENCE: usize = 35;
const LONGEST_REFERENCE_KEPT: usize = 255;
const MOST_LINES: usize = 499;
const LINE_NUMBERS: std::ops::RangeInclusive<i64> = 0..=999_999;
const QUANTITIES: std::ops::RangeInclusive<i64> = 1..=999_999;
const OFFER_LENGTH: usize = 15;

/// What a client wants to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) order_type: OrderType,
    pub(crate) reference: Option<String>,
    pub(crate) refers_to: Option<String>,
    pub(crate) currency: Option<Currency>,
    /// Whether the order itself has a currency, and not its lines alone.
    pub(crate) has_own_currency: bool,
    pub(crate) lines: Vec<PlacedLine>,
    /// What is exchanged for the lines.
    pub(crate) cancelling: Vec<CancelledItem>,
}

/// Customers that do not exist, for whom clients ask what an order would come to before they create one.
const PSEUDO_CUSTOMERS: [&str; 4] = ["1234567890", "1234567890COM", "1234567890GOV", "1234567890EDU"];

pub(crate) fn is_pseudo_customer(id: &str) -> bool {
    PSEUDO_CUSTOMERS.contains(&id)
}

/// The sorts of orders that a client can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderType {
    New,
    Preview,
    Renewal,
    PreviewRenewal,
    Return,
    Switch,
    PreviewSwitch,
    Revert,
    PreviewRevert,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlacedLine {
    pub(crate) number: i64,
    pub(crate) offer: String,
    pub(crate) quantity: i64,
    pub(crate) subscription: Option<String>,
    pub(crate) terms: LineTerms,
}

impl OrderType {
    const ALL: [Self; 9] = [
        Self::New,
        Self::Preview,
        Self::Renewal,
        Self::PreviewRenewal,
        Self::Return,
        Self::Switch,
        Self::PreviewSwitch,
        Self::Revert,
        Self::PreviewRevert,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Preview => "PREVIEW",
            Self::Renewal => "RENEWAL",
            Self::PreviewRenewal => "PREVIEW_RENEWAL",
            Self::Return => "RETURN",
            Self::Switch => "SWITCH",
            Self::PreviewSwitch => "PREVIEW_SWITCH",
            Self::Revert => "REVERT_SWITCH",
            Self::PreviewRevert => "PREVIEW_REVERT_SWITCH",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order_type| order_type.word() == word)
    }

    /// Whether its lines name the subscriptions that they are about.
    fn renews(self) -> bool {
        matches!(self, Self::Renewal | Self::PreviewRenewal)
    }

    /// Whether it exchanges licences.
    fn switches(self) -> bool {
        matches!(self, Self::Switch | Self::PreviewSwitch)
    }

    /// Whether it is about an order that was placed before.
    fn refers(self) -> bool {
        matches!(self, Self::Return | Self::Revert | Self::PreviewRevert)
    }

    /// Whether nothing comes of it.
    pub(crate) fn only_looks(self) -> bool {
        matches!(
            self,
            Self::Preview | Self::PreviewRenewal | Self::PreviewSwitch | Self::PreviewRevert
        )
    }

    /// Whether its lines may be left out: they come from what is set to renew, or from the order that it refers to.
    fn may_have_no_lines(self) -> bool {
        matches!(self, Self::PreviewRenewal | Self::Revert | Self::PreviewRevert)
    }

    /// Whether its lines say what is bought.
    fn buys(self) -> bool {
        matches!(self, Self::New | Self::Preview)
    }
}

impl Placement {
    /// Reads a body. First what should not be there, then what is missing, then what is of the wrong form, each with
    /// all its fields; then, line by line, what has its own code.
    pub(crate) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let members = object(body)?;
        let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
        fields.only(&ORDER, &mut complaints);
        let word = fields.needed_text("orderType", LONGEST_ID, &mut complaints);
        let order_type = OrderType::of(&word);
        if order_type.is_none() && !word.is_empty() {
            complaints.invalid(fields.at("orderType"));
        }
        let reference = fields.text("externalReferenceId", LONGEST_REFERENCE_KEPT, &mut complaints);
        let refers_to = if order_type.is_some_and(OrderType::refers) {
            Some(fields.needed_text("referenceOrderId", LONGEST_ID, &mut complaints))
        } else {
            fields.text("referenceOrderId", LONGEST_ID, &mut complaints)
        };
        let currency = currency(&fields, "currencyCode", &mut complaints);
        let lines = fields.objects("lineItems", &mut complaints).unwrap_or_default();
        if lines.is_empty() && !order_type.is_some_and(OrderType::may_have_no_lines) {
            complaints.missing(fields.at("lineItems"));
        }
        let renews = order_type.is_some_and(OrderType::renews);
        let lines: Vec<PlacedLine> = lines
            .iter()
            .filter_map(|line| PlacedLine::read(line, renews, &mut complaints))
            .collect();
        let switches = order_type.is_some_and(OrderType::switches);
        let cancelling = read_cancelling(&fields, switches, &mut complaints);
        let is_priced = currency.is_some() || lines.iter().all(|line| line.terms.currency.is_some());
        if order_type.is_some_and(OrderType::buys) && !is_priced {
            complaints.missing(fields.at("currencyCode"));
        }
        complaints.check()?;
        let placement = Self {
            order_type: order_type.ok_or_else(|| ApiError::new(crate::errors::INVALID_FIELDS))?,
            reference,
            refers_to,
            currency: currency.or_else(|| lines.first().and_then(|line| line.terms.currency)),
            has_own_currency: currency.is_some(),
            lines,
            cancelling,
        };
        placement.check()?;
        Ok(placement)
    }

    fn check(&self) -> Result<(), ApiError> {
        let length = self.reference.as_ref().map_or(0, |text| text.chars().count());
        if self.order_type != OrderType::Return && length > LONGEST_REFERENCE {
            return Err(ApiError::new(REFERENCE_TOO_LONG));
        }
        if self.lines.len() > MOST_LINES {
            return Err(ApiError::new(TOO_MANY_LINES));
        }
        if self.order_type.switches() {
            switching::check_count(self)?;
        }
        for (place, line) in self.lines.iter().enumerate() {
            if !LINE_NUMBERS.contains(&line.number) {
                return Err(ApiError::line(LINE_NUMBER_RANGE, line.number, "OUT_OF_RANGE"));
            }
            if self
                .lines
                .iter()
                .take(place)
                .any(|other| other.number == line.number)
            {
                return Err(ApiError::line(DUPLICATE_LINES, line.number, "DUPLICATE"));
            }
            if !QUANTITIES.contains(&line.quantity) {
                return Err(ApiError::line(QUANTITY_RANGE, line.number, "OUT_OF_RANGE"));
            }
            let discount = line.terms.discount.as_deref();
            if self.order_type.buys() && !discount.is_none_or(is_discount) {
                return Err(ApiError::line(DISCOUNT_CODE, line.number, "DISCOUNT_CODE"));
            }
            if !is_offer(&line.offer) && self.order_type != OrderType::Return {
                return Err(ApiError::line(INVALID_OFFER, line.number, "INVALID_OFFER_ID"));
            }
        }
        if self.order_type.switches() {
            switching::check_pair(self)?;
        }
        Ok(())
    }
}

/// The items that are exchanged. Other orders have none, whatever is sent.
fn read_cancelling(fields: &Fields<'_>, switches: bool, complaints: &mut Complaints) -> Vec<CancelledItem> {
    if !switches {
        return Vec::new();
    }
    let items = fields.objects("cancellingItems", complaints).unwrap_or_default();
    if items.is_empty() {
        complaints.missing(fields.at("cancellingItems"));
    }
    let read = items
        .iter()
        .filter_map(|item| CancelledItem::read(item, complaints));
    read.collect()
}

impl PlacedLine {
    fn read(fields: &Fields<'_>, renews: bool, complaints: &mut Complaints) -> Option<Self> {
        fields.only(&LINE, complaints);
        let number = fields.needed_whole("extLineItemNumber", complaints);
        let offer = fields.needed_text("offerId", LONGEST_ID, complaints);
        let quantity = fields.needed_whole("quantity", complaints);
        let mut promotions = fields.texts("flexDiscountCodes", LONGEST_ID, complaints);
        for code in fields.texts("promotionCodes", LONGEST_ID, complaints) {
            if !promotions.contains(&code) {
                promotions.push(code);
            }
        }
        let terms = LineTerms {
            currency: currency(fields, "currencyCode", complaints),
            deployment: fields.text("deploymentId", LONGEST_ID, complaints),
            promotions,
            discount: fields.text("discountCode", LONGEST_ID, complaints),
            ..LineTerms::default()
        };
        let subscription = if renews {
            Some(fields.needed_text("subscriptionId", LONGEST_ID, complaints))
        } else {
            fields.text("subscriptionId", LONGEST_ID, complaints)
        };
        Some(Self {
            number: number?,
            offer,
            quantity: quantity?,
            subscription,
            terms,
        })
    }
}

/// A currency code, if it is there: three capital letters of ISO 4217.
pub(crate) fn currency(fields: &Fields<'_>, name: &str, complaints: &mut Complaints) -> Option<Currency> {
    let code = fields.text(name, LONGEST_ID, complaints)?;
    let currency = Currency::from_code(&code).filter(|currency| currency.code() == code);
    if currency.is_none() {
        complaints.invalid(fields.at(name));
    }
    currency
}

/// Whether a text is the code of a volume discount that was agreed under the older programme: its level, and whether it
/// is that before or after the anniversary, such as `HVD_L18_PRE`.
fn is_discount(code: &str) -> bool {
    let parts = code.strip_prefix("HVD_L").and_then(|rest| rest.split_once('_'));
    parts.is_some_and(|(level, time)| {
        let is_level = matches!(level, "17" | "18" | "19" | "20" | "21" | "22");
        is_level && matches!(time, "PRE" | "POST")
    })
}

pub(crate) fn is_offer(id: &str) -> bool {
    id.len() == OFFER_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
