//! Orders that another Connect server kept, as its own answers tell them: `{"orders": [...]}`, or one of its
//! elements.
//!
//! Such an answer tells little. What it does not tell is chosen so that the order can go on here: its currency is
//! NOK, and it is paid by the publisher's own arrangement (`other`), so that one that is still preliminary can be
//! completed. Every member, known or not, is given back as it came until something here changes it.

use crate::wire::status::{OrderStatus, Orders};
use book::Told;
use http_kit::overlay;
use http_kit::wire::{read_digits, time};
use order::{Amount, Currency, Customer, Dialect, Failure, Opaque, Order, Status, Timestamp};
use serde_json::{Map, Value};

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {problem}")]
pub struct Misfit {
    member: String,
    problem: String,
}

fn misfit(member: impl Into<String>, problem: impl Into<String>) -> Misfit {
    Misfit {
        member: member.into(),
        problem: problem.into(),
    }
}

/// The currency of an order whose own is not told.
const CURRENCY: &str = "NOK";
/// The longest id and reference that are taken.
const LONGEST_ID: usize = 18;
/// The longest reference that orders are found by.
const LONGEST_REFERENCE: usize = 255;

/// Reads one document: an answer with orders, or one order of such an answer.
///
/// # Errors
/// [`Misfit`] names the member that can't be read. Nothing of the document is imported then.
pub fn read(document: Value) -> Result<Vec<Told>, Misfit> {
    let Value::Object(mut envelope) = document else {
        return Err(misfit("document", "not a JSON object"));
    };
    let Some(orders) = envelope.remove("orders") else {
        if envelope.contains_key("orderId") {
            return order_of("", &envelope, Map::new()).map(|told| vec![told]);
        }
        return Err(misfit("orders", "missing"));
    };
    let Value::Array(orders) = orders else {
        return Err(misfit("orders", "not a list"));
    };
    let told = |(place, order): (usize, Value)| {
        let path = format!("orders[{place}]");
        let Value::Object(order) = order else {
            return Err(misfit(path, "not an object"));
        };
        order_of(&format!("{path}."), &order, envelope.clone())
    };
    (0..).zip(orders).map(told).collect()
}

/// One order, with what stands beside the list that it was in.
fn order_of(path: &str, told: &Map<String, Value>, beside: Map<String, Value>) -> Result<Told, Misfit> {
    let at = |member: &str| format!("{path}{member}");
    let id = match told.get("orderId") {
        Some(Value::Number(id)) => id.to_string(),
        Some(_other) => return Err(misfit(at("orderId"), "not a whole number")),
        None => return Err(misfit(at("orderId"), "missing")),
    };
    if id.len() > LONGEST_ID || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(misfit(at("orderId"), "not a whole number of at most 18 digits"));
    }
    let ordered_at = moment(told.get("orderTime")).map_err(|problem| misfit(at("orderTime"), problem))?;
    let currency = Currency::from_code(CURRENCY).ok_or_else(|| misfit("currency", "unknown"))?;
    let mut order = Order::imported(Dialect::Connect, currency, ordered_at);
    order.status = status(told.get("orderStatus"), ordered_at)
        .ok_or_else(|| misfit(at("orderStatus"), "not a status that Connect has"))?;
    order.gross = amount(told.get("orderAmount")).map_err(|problem| misfit(at("orderAmount"), problem))?;
    order.aliases.insert(Dialect::Connect, id);
    order.reference = match told.get("externalOrderId") {
        Some(Value::String(text)) if text.chars().count() <= LONGEST_REFERENCE => Some(text.clone()),
        _none_to_find_it_by => None,
    };
    if let Some(Value::Number(number)) = told.get("customerNumber") {
        order.customer = Some(Customer {
            number: Some(number.to_string()),
            ..Customer::default()
        });
    }
    keep_original(&mut order, told, beside);
    Ok(Told {
        dialect: Dialect::Connect,
        order: Box::new(order),
    })
}

/// Keeps how the order was told, where we would tell it otherwise.
fn keep_original(order: &mut Order, told: &Map<String, Value>, mut envelope: Map<String, Value>) {
    let mut told = told.clone();
    // Clients crash on a status that is null; they do not miss one that is left out.
    if told.get("orderStatus") == Some(&Value::Null) {
        told.remove("orderStatus");
    }
    envelope.insert("orders".to_owned(), Value::Array(vec![Value::Object(told)]));
    let orders = Orders {
        orders: vec![OrderStatus::of(order)],
    };
    let ours = serde_json::to_value(orders).unwrap_or_default();
    let patch = overlay::difference(&ours, &Value::Object(envelope));
    if let Some(patch) = Opaque::of(&patch).ok().filter(|_| !patch.is_empty()) {
        order.overlay.insert(Dialect::Connect, patch);
    }
}

fn moment(told: Option<&Value>) -> Result<Timestamp, &'static str> {
    match told {
        None | Some(Value::Null) => Ok(Timestamp::default()),
        Some(Value::Number(digits)) => digits
            .as_str()
            .parse()
            .ok()
            .and_then(|value| time::within_years(value).ok())
            .map(Timestamp)
            .ok_or("not milliseconds since 1970"),
        Some(_other) => Err("not a number"),
    }
}

fn status(told: Option<&Value>, at: Timestamp) -> Option<Status> {
    let Some(word) = told.filter(|value| !value.is_null()) else {
        return Some(Status::Preliminary);
    };
    match word.as_str()? {
        "preliminary" => Some(Status::Preliminary),
        "confirmed" => Some(Status::Confirmed { at }),
        "processed" => Some(Status::Processed { at }),
        "failed" => Some(Status::Failed {
            at,
            failure: Failure::Other("imported".to_owned()),
        }),
        _other => None,
    }
}

fn amount(told: Option<&Value>) -> Result<Amount, String> {
    let digits = match told {
        None | Some(Value::Null) => return Ok(Amount::ZERO),
        Some(Value::Number(digits)) => digits.as_str(),
        Some(Value::String(text)) => text.as_str(),
        Some(_other) => return Err("not a number".to_owned()),
    };
    let value = read_digits(digits).map_err(|error| error.to_string())?;
    Amount::new(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use serde_json::json;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn back(text: &str) -> Value {
        let mut told = read(parsed(text)).unwrap();
        assert_eq!(told.len(), 1, "{text}");
        serde_json::from_slice(&render(&told.remove(0).order)).unwrap()
    }

    #[test]
    fn an_imported_order_gives_the_same_json() {
        for text in [
            r#"{"orders":[{"orderId":9,"externalOrderId":"2342","orderTime":1559372400000,"orderStatus":"preliminary","orderAmount":295,"customerNumber":563457}]}"#,
            r#"{"orders":[{"orderId":9,"externalOrderId":null,"orderTime":1559372400123,"orderStatus":"failed","orderAmount":295.00}]}"#,
            r#"{"orders":[{"orderId":9,"orderStatus":"confirmed","orderAmount":"295.00","customerNumber":99999999999999999999}]}"#,
            r#"{"orders":[{"orderId":9,"orderTime":null,"new":{"a":[1.50,null]},"orderStatus":"processed"}],"requestId":"x","more":[1]}"#,
            r#"{"orders":[{"orderId":9}]}"#,
            r#"{"orders":[{"orderId":9,"externalOrderId":"","orderAmount":-1.5e2,"orderStatus":"processed","orderLines":[{"productId":"CO27409"}]}]}"#,
        ] {
            assert_eq!(back(text).to_string(), parsed(text).to_string());
        }
    }

    #[test]
    fn one_order_or_several_orders_of_an_answer_are_taken_one_by_one() {
        let told = read(parsed(r#"{"orders":[{"orderId":9},{"orderId":10}]}"#)).unwrap();
        let aliases: Vec<_> = told
            .iter()
            .map(|told| told.order.aliases[&Dialect::Connect].as_str())
            .collect();
        assert_eq!(aliases, ["9", "10"]);
        assert_eq!(
            back(r#"{"orderId":9,"orderAmount":1.10}"#),
            parsed(r#"{"orders":[{"orderId":9,"orderAmount":1.10}]}"#)
        );
        assert!(read(json!({ "orders": [] })).unwrap().is_empty());
    }

    #[test]
    fn a_status_that_is_null_is_left_out() {
        assert_eq!(
            back(r#"{"orders":[{"orderId":9,"orderStatus":null}]}"#),
            json!({ "orders": [{ "orderId": 9 }] })
        );
    }

    #[test]
    fn a_bad_record_is_told_by_its_member() {
        for (text, told) in [
            ("7", "document: not a JSON object"),
            ("{}", "orders: missing"),
            (r#"{"orders":{}}"#, "orders: not a list"),
            (r#"{"orders":[{"orderId":1},7]}"#, "orders[1]: not an object"),
            (r#"{"orders":[{}]}"#, "orders[0].orderId: missing"),
            (r#"{"orderId":"9"}"#, "orderId: not a whole number"),
            (
                r#"{"orderId":9.5}"#,
                "orderId: not a whole number of at most 18 digits",
            ),
            (
                r#"{"orderId":9,"orderStatus":"lost"}"#,
                "orderStatus: not a status that Connect has",
            ),
            (r#"{"orderId":9,"orderTime":"x"}"#, "orderTime: not a number"),
            (
                r#"{"orderId":9,"orderAmount":9999999999999}"#,
                "orderAmount: the amount is too large",
            ),
            (r#"{"orderId":9,"orderAmount":"x"}"#, "orderAmount: not a number"),
        ] {
            assert_eq!(read(parsed(text)).unwrap_err().to_string(), told, "for {text}");
        }
    }
}
