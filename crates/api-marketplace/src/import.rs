//! Orders and customers as the API itself answers them, taken over.

use crate::wire::benefit;
use crate::wire::customer;
use crate::wire::fields::Complaints;
use crate::wire::order::OrderResource;
use crate::wire::status;
use book::{Record, Told, ToldAccount};
use http_kit::overlay;
use http_kit::wire::{FromDigits, time};
use order::{
    Account, Currency, Customer, Dialect, Item, Line, LineTerms, Opaque, Order, Payment, PaymentMethod,
    Quantity, Standing, Timestamp,
};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Reads one document: an order, a page of a history with its `items`, a customer, or a page of a reseller's customers
/// with its `accounts`.
///
/// # Errors
/// What is wrong, with the member's path.
pub fn read(document: Value) -> Result<Vec<Record>, String> {
    let Value::Object(members) = document else {
        return Err("an order, a customer or a page of either is a JSON object".to_owned());
    };
    if members.contains_key("orderId") {
        return Ok(vec![Record::Order(told(members)?)]);
    }
    if let Some(Value::Array(items)) = members.get("items") {
        return all(("items", items), |members| told(members).map(Record::Order));
    }
    if let Some(Value::Array(accounts)) = members.get("accounts") {
        return all(("accounts", accounts), |members| {
            customer_of(members).map(|told| Record::Customer(Box::new(told)))
        });
    }
    if members.contains_key("customerId") {
        return Ok(vec![Record::Customer(Box::new(customer_of(members)?))]);
    }
    Err("there is neither an orderId, a customerId, nor a list of items or accounts".to_owned())
}

fn all(
    (name, elements): (&str, &[Value]),
    read: impl Fn(Map<String, Value>) -> Result<Record, String>,
) -> Result<Vec<Record>, String> {
    let read = |(place, element): (usize, &Value)| match element {
        Value::Object(members) => read(members.clone()).map_err(|wrong| format!("{name}[{place}].{wrong}")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(format!("{name}[{place}] is not an object"))
        }
    };
    elements.iter().enumerate().map(read).collect()
}

/// A customer: what the core knows of them, the profile, and how the rest differs from what we would say.
fn customer_of(members: Map<String, Value>) -> Result<ToldAccount, String> {
    let id = needed(&members, "customerId")?.to_owned();
    let created = needed(&members, "creationDate")?;
    let created = time::parse(created).map_err(|_error| format!("creationDate: {created} is no date"))?;
    let code = text(&members, "status").unwrap_or_else(|| status::COMPLETE.to_owned());
    let standing = match status::standing_of(&code) {
        Some(standing) => standing,
        None if code == status::PENDING => Standing::Active,
        None => return Err(format!("status: {code} is no customer's status")),
    };
    let anniversary = text(&members, "cotermDate")
        .map(|day| time::parse_date(&day).map_err(|_error| format!("cotermDate: {day} is no date")))
        .transpose()?;
    let profile = match members.get("companyProfile") {
        Some(Value::Object(profile)) => profile.clone(),
        None => Map::new(),
        Some(_) => return Err("companyProfile is not an object".to_owned()),
    };
    let benefits = benefits_of(&members);
    let mut annex = customer::Annex {
        profile,
        benefits: benefits.others,
        global_sales: members.get("globalSalesEnabled").and_then(Value::as_bool),
        ..customer::Annex::default()
    };
    let mut account = Account {
        standing,
        reference: text(&members, "externalReferenceId"),
        reseller: text(&members, "resellerId"),
        anniversary: anniversary.map(Timestamp),
        commitment: benefits.commitment,
        requested: benefits.requested,
        recommitment: benefits.recommitment,
        ..Account::bare()
    };
    annex.put(&mut account);
    let mut told = ToldAccount {
        customer: id,
        created_at: Timestamp(created),
        account,
    };
    let ours = customer::text(&told.kept(), told.created_at);
    let ours = serde_json::from_str(&ours).map_err(|error| error.to_string())?;
    annex.overlay = overlay::difference(&ours, &Value::Object(members));
    annex.put(&mut told.account);
    Ok(told)
}

/// What a customer has promised elsewhere. Benefits of forms that are not known here are given back and mean nothing.
fn benefits_of(members: &Map<String, Value>) -> benefit::Benefits {
    let told = members.get("benefits").and_then(Value::as_array);
    let mut complaints = Complaints::default();
    let read = benefit::read(told.map_or(&[], Vec::as_slice), "benefits", &mut complaints);
    match complaints.check() {
        Ok(()) => read,
        Err(_unknown) => benefit::Benefits::default(),
    }
}

fn told(members: Map<String, Value>) -> Result<Told, String> {
    let mut order = order_of(&members)?;
    let ours = serde_json::to_value(OrderResource::of(&order)).map_err(|error| error.to_string())?;
    let patch = overlay::difference(&ours, &Value::Object(members));
    if !patch.is_empty() {
        let kept = Opaque::of(&patch).map_err(|error| error.to_string())?;
        order.overlay.insert(Dialect::Marketplace, kept);
    }
    Ok(Told {
        dialect: Dialect::Marketplace,
        order: Box::new(order),
    })
}

fn order_of(members: &Map<String, Value>) -> Result<Order, String> {
    let order_id = needed(members, "orderId")?;
    let customer = needed(members, "customerId")?;
    let kind = needed(members, "orderType")?;
    let kind = status::kind(kind).ok_or_else(|| format!("orderType: {kind} is no order type"))?;
    let created = needed(members, "creationDate")?;
    let created = time::parse(created).map_err(|_error| format!("creationDate: {created} is no date"))?;
    let at = Timestamp(created);
    let code = needed(members, "status")?;
    let status = status::status(code, at).ok_or_else(|| format!("status: {code} is no order's status"))?;
    let lines = match members.get("lineItems") {
        Some(Value::Array(lines)) => lines.as_slice(),
        None => &[],
        Some(_) => return Err("lineItems is not a list".to_owned()),
    };
    let currency = currency_of(members, lines)?;
    let line = |(place, line): (usize, &Value)| {
        line_of(line, currency).map_err(|wrong| format!("lineItems[{place}].{wrong}"))
    };
    Ok(Order {
        kind,
        status,
        reference: text(members, "externalReferenceId"),
        aliases: BTreeMap::from([(Dialect::Marketplace, order_id.to_owned())]),
        refers_to: text(members, "referenceOrderId"),
        customer: Some(Customer {
            number: Some(customer.to_owned()),
            ..Customer::default()
        }),
        reseller: text(members, "resellerId"),
        lines: lines.iter().enumerate().map(line).collect::<Result<_, _>>()?,
        payment: Payment {
            method: PaymentMethod::Invoice,
            prepaid: false,
            pending: false,
        },
        ..Order::imported(Dialect::Marketplace, currency, at)
    })
}

fn line_of(line: &Value, currency: Currency) -> Result<Line, String> {
    let Value::Object(members) = line else {
        return Err("is not an object".to_owned());
    };
    let number = match members.get("extLineItemNumber") {
        None | Some(Value::Null) => None,
        Some(number) => Some(
            number
                .as_i64()
                .ok_or_else(|| format!("extLineItemNumber: {number} is no whole number"))?,
        ),
    };
    let quantity = match members.get("quantity") {
        Some(Value::Number(quantity)) => Decimal::from_digits(quantity.as_str())
            .map_err(|error| error.to_string())
            .and_then(|quantity| Quantity::new(quantity).map_err(|error| error.to_string()))
            .map_err(|error| format!("quantity: {error}"))?,
        Some(_) => return Err("quantity is no number".to_owned()),
        None => return Err("quantity is missing".to_owned()),
    };
    let own_currency = text(members, "currencyCode").and_then(|code| Currency::from_code(&code));
    let terms = LineTerms {
        currency: own_currency.filter(|own| *own != currency),
        deployment: text(members, "deploymentId"),
        promotions: codes(members),
        discount: text(members, "discountCode"),
        ..LineTerms::default()
    };
    let is_returned = text(members, "status").as_deref() == Some(status::RETURNED);
    Ok(Line {
        returned: if is_returned { quantity } else { Quantity::ZERO },
        subscription: text(members, "subscriptionId"),
        item: Item {
            number,
            product: needed(members, "offerId")?.to_owned(),
            description: String::new(),
            quantity,
            unit_gross: None,
            unit_net: None,
            unit_vat: None,
            vat_percent: None,
            annex: terms.annex(),
        },
    })
}

/// The codes of the promotions that were applied, under either name.
fn codes(members: &Map<String, Value>) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for name in ["promotions", "flexDiscounts"] {
        let listed = members.get(name).and_then(Value::as_array).into_iter().flatten();
        for code in listed.filter_map(|applied| applied.get("code")?.as_str()) {
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        }
    }
    codes
}

/// The order's currency, or the first of its lines'.
fn currency_of(members: &Map<String, Value>, lines: &[Value]) -> Result<Currency, String> {
    let of_lines = lines
        .iter()
        .filter_map(|line| text(line.as_object()?, "currencyCode"));
    let code = text(members, "currencyCode").into_iter().chain(of_lines).next();
    let code = code.ok_or("currencyCode is missing")?;
    Currency::from_code(&code).ok_or_else(|| format!("currencyCode: {code} is no currency of ISO 4217"))
}

/// A text member that is not empty.
fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    let text = members.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn needed<'m>(members: &'m Map<String, Value>, name: &str) -> Result<&'m str, String> {
    match members.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_) | Value::Null) | None => Err(format!("{name} is missing")),
        Some(_) => Err(format!("{name} is no text")),
    }
}
