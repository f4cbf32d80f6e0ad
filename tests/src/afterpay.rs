//! Bodies as AfterPay's clients send them.

use serde_json::{Value, json};

/// An authorize call for an order of one line of so many pieces at 10 kroner each.
pub fn authorize(number: &str, pieces: u32) -> Value {
    json!({
        "payment": { "type": "Invoice" },
        "customer": {
            "customerCategory": "Person",
            "customerNumber": "CUSTOMER1000",
            "identificationNumber": "08128411091",
            "firstName": "Kari",
            "lastName": "Nordmann",
            "email": "kari@example.no",
            "address": {
                "street": "Storgata", "streetNumber": "55", "postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO"
            }
        },
        "order": {
            "number": number,
            "totalNetAmount": pieces.saturating_mul(8),
            "totalGrossAmount": pieces.saturating_mul(10),
            "currency": "NOK",
            "items": [item(pieces)]
        }
    })
}

/// A capture of so many pieces of [`authorize`]'s line, under this number.
pub fn capture(number: &str, pieces: u32) -> Value {
    json!({ "orderDetails": summary(pieces), "invoiceNumber": number })
}

/// A refund of so many pieces out of one capture.
pub fn refund(capture: &str, pieces: u32) -> Value {
    json!({ "captureNumber": capture, "orderItems": [item(pieces)], "refundType": "Refund" })
}

/// A void of so many pieces.
pub fn void(pieces: u32) -> Value {
    json!({ "cancellationDetails": summary(pieces) })
}

fn summary(pieces: u32) -> Value {
    json!({
        "totalNetAmount": pieces.saturating_mul(8),
        "totalGrossAmount": pieces.saturating_mul(10),
        "currency": "NOK",
        "items": [item(pieces)]
    })
}

fn item(pieces: u32) -> Value {
    json!({
        "productId": "ITEM1", "description": "A box of paper clips", "quantity": pieces,
        "netUnitPrice": 8, "grossUnitPrice": 10, "vatPercent": 25, "vatAmount": 2, "vatCategory": "HighCategory",
        "lineNumber": 1
    })
}
