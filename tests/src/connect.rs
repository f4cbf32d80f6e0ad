//! Bodies as Connect's clients send them.

use serde_json::{Value, json};

/// A registration of one magazine subscription at 295 kroner, to be paid by this method.
pub fn register(external: &str, payment_method: &str) -> Value {
    json!({
        "externalOrderId": external,
        "orderDate": 1_559_372_400_000_u64,
        "paymentMethod": payment_method,
        "orderAmount": 295,
        "currency": "NOK",
        "companyCode": "FTOTT",
        "payer": {
            "customerNumber": 563_457,
            "firstName": "Kari", "lastName": "Nordmann", "street": "Storgata", "streetNumber": 55,
            "postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO",
            "emails": ["kari@example.no"], "phoneNumbers": ["+4712345678"]
        },
        "orderLines": [{
            "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "product": "TOTT",
            "quantity": 1, "unitPrice": 295
        }]
    })
}
