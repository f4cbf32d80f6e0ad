//! Bodies as the Marketplace's clients send them.

use serde_json::{Value, json};

/// A customer of a reseller.
pub fn customer(name: &str) -> Value {
    json!({
        "resellerId": "1000396138",
        "externalReferenceId": name,
        "companyProfile": {
            "companyName": format!("{name} Works"),
            "preferredLanguage": "en-US",
            "marketSegment": "COM",
            "address": {
                "country": "US", "region": "CA", "city": "San Jose", "addressLine1": "200 Fairmont Ave",
                "addressLine2": "Apt 123", "postalCode": "95110-1234", "phoneNumber": "800-123-4567"
            },
            "contacts": [{
                "firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phoneNumber": "800-123-4567"
            }]
        }
    })
}

/// A NEW order of one line.
pub fn order(external: &str, quantity: u32) -> Value {
    json!({
        "externalReferenceId": external,
        "orderType": "NEW",
        "currencyCode": "USD",
        "lineItems": [{ "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": quantity, "currencyCode": "USD" }]
    })
}

/// A RETURN of an order, line by line as it was ordered.
pub fn return_of(order: &Value) -> Value {
    let lines: Vec<Value> = order["lineItems"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| {
            json!({
                "extLineItemNumber": line["extLineItemNumber"], "offerId": line["offerId"], "quantity": line["quantity"]
            })
        })
        .collect();
    json!({
        "externalReferenceId": format!("return of {}", order["orderId"].as_str().unwrap_or_default()),
        "orderType": "RETURN",
        "referenceOrderId": order["orderId"],
        "currencyCode": "USD",
        "lineItems": lines
    })
}
