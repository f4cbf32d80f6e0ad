//! Bodies as clients of Ordrebok's own API send them.

use serde_json::{Value, json};

/// An order of one line of so many pieces at 10 kroner each, with its total reserved.
pub fn order(number: &str, pieces: u32) -> Value {
    let mut order = preliminary(number, pieces);
    order["reserve"] = json!({});
    order
}

/// The same with nothing reserved.
pub fn preliminary(number: &str, pieces: u32) -> Value {
    json!({
        "number": number,
        "reference": "CAMPAIGN",
        "customer": { "number": "CUSTOMER1", "name": "Kari Nordmann", "email": "kari@example.no", "contacts": ["+4799999999"] },
        "currency": "NOK",
        "total": pieces.saturating_mul(10),
        "lines": [{
            "product": "ITEM1", "description": "A box of paper clips", "quantity": pieces,
            "unitGross": 10, "unitNet": 8, "unitVat": 2, "vatPercent": 25
        }]
    })
}

/// So many pieces of [`order`]'s line.
pub fn pieces(count: u32) -> Value {
    json!({ "items": [{ "product": "ITEM1", "quantity": count }] })
}
