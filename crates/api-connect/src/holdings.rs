//! What a customer has: subscriptions, single products, issues, articles and temporary access, as their orders say,
//! with the subscriptions that were started without an order, and the grants that the operator has loaded.

use crate::State;
use crate::annex::{self, OrderedLine};
use crate::catalogue::GRANT;
use crate::errors::ApiError;
use crate::terms::Terms;
use book::{HistoryQuery, RECEIVED, Reference, SUBSCRIPTION};
use order::{MerchantId, Order, OrderId, Status, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many orders of one customer are looked at: the newest.
const MOST: u64 = 1000;

/// Something that a customer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) product: Option<String>,
    pub(crate) article: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) domain: Option<String>,
    /// From when.
    pub(crate) from: i64,
    /// Until when, that millisecond included; none for ever.
    pub(crate) until: Option<i64>,
    /// The letter that the operator has given it.
    pub(crate) level: Option<String>,
    /// What the API tells of it as a subscription, when it is one.
    pub(crate) subscription: Option<Subscribed>,
}

/// A subscription beside its product and its time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subscribed {
    pub(crate) company_code: Option<String>,
    pub(crate) coupon_code: Option<String>,
    pub(crate) coupon_number: Option<i64>,
    pub(crate) promotion: Option<String>,
    pub(crate) sales_person: Option<String>,
    pub(crate) renewal: Option<Value>,
}

/// A subscription that was started without an order, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Started {
    pub(crate) product: String,
    pub(crate) start: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<i64>,
    pub(crate) copies: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) company_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) coupon_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) coupon_number: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_reference: Option<String>,
}

impl Holding {
    fn of(product: Option<String>, from: i64, until: Option<i64>) -> Self {
        Self {
            product,
            article: None,
            category: None,
            domain: None,
            from,
            until,
            level: None,
            subscription: None,
        }
    }

    /// Whether it holds at a time.
    pub(crate) fn holds_at(&self, now: i64) -> bool {
        self.from <= now && self.until.is_none_or(|until| now <= until)
    }
}

/// All that a customer has, the newest orders first.
pub(crate) async fn of_customer(
    state: &State,
    merchant: MerchantId,
    customer: i64,
) -> Result<Vec<Holding>, ApiError> {
    let mut query = HistoryQuery::of(&customer.to_string());
    query.states = vec!["processed".to_owned(), "confirmed".to_owned()];
    let mut holdings = Vec::new();
    for order in state.book.history(merchant, query, 0, MOST).await?.orders {
        holdings.extend(of_order(&order, customer, true));
    }
    let owner = customer.to_string();
    let received = state
        .book
        .documents::<i64>(merchant, (RECEIVED, Some(&owner)), 0, MOST)
        .await?;
    for link in received.documents {
        let reference = Reference::Id(OrderId(link.body));
        if let Some(order) = state.book.order(merchant, &reference).await? {
            holdings.extend(of_order(&order, customer, false));
        }
    }
    let started = state
        .book
        .documents::<Started>(merchant, (SUBSCRIPTION, Some(&owner)), 0, MOST)
        .await?;
    holdings.extend(
        started
            .documents
            .into_iter()
            .map(|started| of_started(started.body)),
    );
    Ok(holdings)
}

/// What an order gives one customer, who is its payer or not: the lines that are sent to them.
fn of_order(order: &Order, customer: i64, is_payer: bool) -> Vec<Holding> {
    let Some(paid_at) = paid_at(order) else {
        return Vec::new();
    };
    let (lines, mut terms) = (annex::ordered_lines(order), annex::terms(order).into_iter());
    let mut holdings = Vec::new();
    for line in &lines {
        let terms = terms.next().flatten();
        let is_theirs = match line.receiver() {
            Some(receiver) => receiver == customer,
            None => is_payer,
        };
        if !is_theirs {
            continue;
        }
        // What is temporary begins when it is paid for; all else when the order is done.
        holdings.extend(temporary(line, paid_at));
        if matches!(order.status, Status::Processed { .. }) {
            holdings.extend(bought(line, terms, paid_at));
        }
    }
    holdings
}

/// When an order was paid for, if it was.
fn paid_at(order: &Order) -> Option<i64> {
    match &order.status {
        Status::Processed { at } => Some(at.0),
        Status::Confirmed { at } if order.awaits_handover() => Some(at.0),
        Status::Preliminary | Status::Confirmed { .. } | Status::Failed { .. } | Status::Cancelled { .. } => {
            None
        }
    }
}

fn temporary(line: &OrderedLine, paid_at: i64) -> Option<Holding> {
    let seconds = line.allow_access_seconds()?;
    let (product, category) = (
        line.allow_access_product.clone().filter(|text| !text.is_empty()),
        line.allow_access_category_type
            .clone()
            .filter(|text| !text.is_empty()),
    );
    if product.is_none() && category.is_none() {
        return None;
    }
    let until = paid_at.saturating_add(seconds.saturating_mul(1000));
    let mut holding = Holding::of(product, paid_at, Some(until));
    holding.category = category;
    Some(holding)
}

fn bought(line: &OrderedLine, terms: Option<Terms>, paid_at: i64) -> Option<Holding> {
    let named = line.product.clone().filter(|text| !text.is_empty());
    match line.kind.as_str() {
        "coupon" => Some(subscribed(line, terms, paid_at)),
        "article" => {
            let detail = line.article_detail.clone().unwrap_or_default();
            let mut holding = Holding::of(detail.product, paid_at, None);
            holding.article = detail.article_ref.or(named);
            Some(holding)
        }
        "product" | "issue" => {
            let product = named.or_else(|| line.product_spec_code.clone());
            Some(Holding::of(product, paid_at, None))
        }
        _unknown => None,
    }
}

/// A subscription: of the coupon's own product where the catalogue had it, for its period.
fn subscribed(line: &OrderedLine, terms: Option<Terms>, paid_at: i64) -> Holding {
    let start = Timestamp(line.start_date().unwrap_or(paid_at)).midnight();
    let period = terms.as_ref().and_then(|terms| terms.period);
    let until = period.and_then(|period| period.end_from(start));
    let named = line.product.clone().filter(|text| !text.is_empty());
    let product = terms.as_ref().map(|terms| terms.product.clone());
    let product = product.or(named).or_else(|| line.product_spec_code.clone());
    let mut holding = Holding::of(product, start.0, until.map(|until| until.0));
    holding.subscription = Some(Subscribed {
        company_code: terms.as_ref().and_then(|terms| terms.company_code.clone()),
        coupon_code: line.product_spec_code.clone(),
        coupon_number: line.product_spec_no(),
        promotion: line.promotion_code.clone(),
        sales_person: None,
        renewal: terms.and_then(|terms| terms.renewal),
    });
    holding
}

fn of_started(started: Started) -> Holding {
    let mut holding = Holding::of(Some(started.product), started.start, started.end);
    holding.subscription = Some(Subscribed {
        company_code: started.company_code,
        coupon_code: started.coupon_code,
        coupon_number: started.coupon_number,
        ..Subscribed::default()
    });
    holding
}

/// The grants that hang on one owner.
pub(crate) async fn grants_of(
    state: &State,
    merchant: MerchantId,
    owner: &str,
) -> Result<Vec<(Holding, Value)>, ApiError> {
    let grants = state
        .book
        .documents::<Value>(merchant, (GRANT, Some(owner)), 0, MOST)
        .await?;
    let text = |grant: &Value, member: &str| grant[member].as_str().map(ToOwned::to_owned);
    let granted = grants.documents.into_iter().map(|grant| {
        let grant = grant.body;
        let from = grant["startTime"].as_i64().unwrap_or(i64::MIN);
        let mut holding = Holding::of(text(&grant, "product"), from, grant["endTime"].as_i64());
        holding.article = text(&grant, "articleId");
        holding.category = text(&grant, "categoryType");
        holding.domain = text(&grant, "domain");
        holding.level = text(&grant, "accessLevel");
        (holding, grant)
    });
    Ok(granted.collect())
}
