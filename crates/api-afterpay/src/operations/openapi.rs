//! What the OpenAPI document says of each operation. Requests are described as AfterPay documents them; they are read
//! more leniently than that (`crate::reading`).

use super::{
    authorize, capture, lookup_customer, payment_methods, refund, update_order, validate_address,
    validate_bank_account, void,
};
use crate::installments::PlanWire;
use crate::message::ResponseMessage;
use crate::render::GetOrder;
use crate::wire::{CancellationWire, CaptureWire, Customer, Payment, References, RefundWire};
use http_kit::openapi::{Api, Operation, Parameter, Schema};
use http_kit::wire::Number;
use http_kit::{Endpoint, Needs};
use schemars::JsonSchema;
use serde_json::{Value, json};
use uuid::Uuid;

const API: Api = Api {
    title: "AfterPay v3",
    about: "The order API of AfterPay (Arvato, Riverty), version 3, as Ordrebok speaks it.",
    schemes: || json!({ "key": { "type": "apiKey", "in": "header", "name": "X-Auth-Key", "description": "The merchant's key." } }),
    security: |needs| match needs {
        Needs::Nothing | Needs::Person => Vec::new(),
        Needs::Read | Needs::Write | Needs::UserRead | Needs::UserWrite | Needs::Admin | Needs::Operator => {
            vec![json!({ "key": [] })]
        }
    },
    errors: |_needs| {
        let message = || Schema::object(&[("message!", "text"), ("messageDetail", "text")]);
        Operation::new("", "")
            .answers("4XX", Schema::of::<Vec<ResponseMessage>>())
            .answers("5XX", Schema::of::<Vec<ResponseMessage>>())
            .answers("401", message())
            .answers("405", message())
    },
};

/// The OpenAPI document of the dialect.
pub fn document() -> Value {
    API.document(&super::endpoints(), describe)
}

fn describe(endpoint: &Endpoint) -> Option<Operation> {
    let path = endpoint.path.strip_prefix("/api/v3/")?;
    let said = match path.strip_prefix("orders/{order}") {
        Some(rest) => of_order(endpoint.method.as_str(), rest)?,
        None => elsewhere(path).or_else(|| look_up(path))?,
    };
    Some(if endpoint.needs == Needs::Write {
        said.with([key()])
    } else {
        said
    })
}

fn key() -> Parameter {
    let about = "The same key with the same body is answered as it was the first time, and nothing is done";
    Parameter::header("X-Idempotency-Key", about)
        .like(json!({ "type": "string", "pattern": "^[0-9A-Za-z_-]{1,50}$" }))
}

fn elsewhere(path: &str) -> Option<Operation> {
    let nothing = || Schema::object(&[]);
    Some(match path {
        "checkout/authorize" => Operation::new("authorize", "Places an order and reserves its amount")
            .takes(Schema::of::<Authorize>())
            .answers("200", Schema::of::<authorize::Authorized>()),
        "checkout/payment-methods" => Operation::new("getPaymentMethods", "What the order could be paid by")
            .takes(Schema::of::<Available>())
            .answers("200", Schema::of::<payment_methods::Available>()),
        "checkout/{checkout}/contract" => Operation::new(
            "createContract",
            "The contract of a payment method for a checkout",
        )
        .takes(Schema::of::<Contract>())
        .answers(
            "200",
            Schema::object(&[("contractId!", "text"), ("contractList!", "list")]),
        ),
        "customers/{customer}/updateCustomer" => {
            let body = Schema::object(&[
                ("distributionType", "text"),
                ("email", "text"),
                ("mobilePhone", "text"),
            ]);
            Operation::new("updateCustomer", "Corrects how a customer is reached")
                .takes(body)
                .answers("200", nothing())
        }
        "version" => Operation::new("getVersion", "Which program answers")
            .answers("200", Schema::object(&[("version!", "text")])),
        "status" => Operation::new("getStatus", "Whether it can work").answers("200", nothing()),
        "sandbox/secure-login/{merchant}/{id}/{checkout}" => Operation::new(
            "secureLogin",
            "The sandbox's step between a pending order and an accepted one",
        )
        .answers("200", Schema::object(&[("outcome!", "text")])),
        _ => return None,
    })
}

/// What is asked without an order.
fn look_up(path: &str) -> Option<Operation> {
    Some(match path {
        "lookup/customer" => {
            let body = Schema::object(&[
                ("email", "text"),
                ("mobilePhone", "text"),
                ("identificationNumber", "text"),
                ("customerNumber", "text"),
                ("customerCategory", "text"),
                ("countryCode", "text"),
                ("postalCode", "text"),
            ]);
            Operation::new(
                "lookupCustomer",
                "What is known of a customer from earlier orders",
            )
            .takes(body)
            .answers("200", Schema::of::<Profiles>())
        }
        "lookup/installment-plans" => {
            let body = Schema::object(&[
                ("amount!", "number"),
                ("currency", "text"),
                ("countryCode", "text"),
            ]);
            Operation::new("getInstallmentPlans", "What an amount costs in parts")
                .takes(body)
                .answers("200", Schema::of::<Plans>())
        }
        "validate/address" => Operation::new("validateAddress", "Whether an address can be one")
            .takes(Schema::of::<Addressed>())
            .answers("200", Schema::of::<validate_address::Validated>()),
        "validate/bank-account" => {
            let body = Schema::object(&[("bankAccount!", "text"), ("bankCode", "text")]);
            Operation::new("validateBankAccount", "Whether a bank account can be one")
                .takes(body)
                .answers("200", Schema::of::<validate_bank_account::Validated>())
        }
        _ => return None,
    })
}

/// What can be done with one order.
fn of_order(method: &str, path: &str) -> Option<Operation> {
    Some(match (method, path) {
        ("GET", "") => Operation::new("getOrder", "The order, its captures, refunds and cancellations")
            .answers("200", Schema::of::<GetOrder<'static>>()),
        ("POST", "/updateOrder") => Operation::new("updateOrder", "Replaces the order's lines and total")
            .takes(Schema::of::<Update>())
            .answers("200", Schema::of::<update_order::Updated>()),
        ("POST", "/captures/return-notification") => {
            Operation::new("notifyReturn", "Notes that goods were sent back")
                .takes(Schema::of::<Notice>())
                .answers("200", Schema::object(&[]))
        }
        ("GET", "/captures") => lists::<Captures>("getAllCaptures", "The order's captures"),
        ("GET", "/captures/{number}") => lists::<Captures>("getCapture", "One capture"),
        ("POST", "/captures") => {
            Operation::new("capture", "Takes all that is left of the reservation, or a part")
                .may_take(Schema::of::<Capture>())
                .answers("200", Schema::of::<capture::Taken<'static>>())
        }
        ("GET", "/refunds") => lists::<Refunds>("getAllRefunds", "The order's refunds"),
        ("GET", "/refunds/{number}") => lists::<Refunds>("getRefund", "One refund"),
        ("POST", "/refunds") => Operation::new("refund", "Gives back all that was captured, or a part")
            .may_take(Schema::of::<Refund>())
            .answers("200", Schema::of::<refund::Returned<'static>>()),
        ("GET", "/voids") => lists::<Voids>("getAllVoids", "The order's cancellations"),
        ("GET", "/voids/{number}") => lists::<Voids>("getVoid", "One cancellation"),
        ("POST", "/voids") => {
            Operation::new("void", "Releases all that is left of the reservation, or a part")
                .may_take(Schema::of::<Void>())
                .answers("200", Schema::of::<void::Released>())
        }
        ("POST", "/captures/{number}/shipping-details") => shipping("addShipping", "Notes what was sent"),
        ("PATCH", _) => shipping("updateShipping", "Corrects what was sent"),
        ("DELETE", _) => {
            Operation::new("deleteShipping", "Forgets what was sent").answers("200", Schema::object(&[]))
        }
        _ => return None,
    })
}

fn lists<T: JsonSchema>(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary).answers("200", Schema::of::<T>())
}

fn shipping(id: &'static str, summary: &'static str) -> Operation {
    let body = || Schema::of::<Parcel>();
    Operation::new(id, summary)
        .takes(body())
        .answers("200", Schema::object(&[("shippingNumber", "integer")]))
}

/// Shapes of bodies that are read member by member, or written as they come.
macro_rules! shapes {
    ($($name:ident { $($field:ident: $kind:ty),* $(,)? })+) => {$(
        #[derive(JsonSchema)]
        #[schemars(rename_all = "camelCase")]
        #[allow(dead_code, clippy::struct_field_names, reason = "only its schema is used, and the names are the wire's")]
        struct $name { $($field: $kind),* }
    )+};
}

shapes! {
    Authorize {
        payment: Payment,
        checkout_id: Option<Uuid>,
        customer: Option<Customer>,
        delivery_customer: Option<Customer>,
        order: Option<Placed>,
        your_reference: Option<String>,
        our_reference: Option<String>,
        parent_transaction_reference: Option<String>,
        merchant_id: Option<String>,
    }
    Available {
        customer: Option<Customer>,
        delivery_customer: Option<Customer>,
        order: Placed,
    }
    Placed {
        number: String,
        total_gross_amount: Number,
        total_net_amount: Option<Number>,
        currency: Option<String>,
        items: Option<Vec<Item>>,
        discount_amount: Option<Number>,
        image_url: Option<String>,
    }
    Item {
        product_id: String,
        description: Option<String>,
        quantity: Number,
        gross_unit_price: Option<Number>,
        net_unit_price: Option<Number>,
        vat_percent: Option<Number>,
        vat_amount: Option<Number>,
        vat_category: Option<String>,
        line_number: Option<i64>,
        group_id: Option<String>,
    }
    Contract { payment_info: Payment }
    Addressed { customer: Customer }
    Summed {
        total_gross_amount: Number,
        total_net_amount: Option<Number>,
        currency: Option<String>,
        items: Option<Vec<Item>>,
    }
    Capture {
        order_details: Option<Summed>,
        invoice_number: Option<String>,
        shipping_details: Option<Vec<Parcel>>,
        references: Option<References>,
        campaign_number: Option<i64>,
        parent_transaction_reference: Option<String>,
        transaction_reference: Option<String>,
    }
    Parcel {
        r#type: String,
        shipping_company: String,
        tracking_id: Option<String>,
        tracking_url: Option<String>,
    }
    Refund {
        capture_number: Option<String>,
        order_items: Option<Vec<Item>>,
        refund_type: Option<String>,
        credit_note_number: Option<String>,
        parent_transaction_reference: Option<String>,
        transaction_reference: Option<String>,
    }
    Void {
        cancellation_details: Option<Summed>,
        parent_transaction_reference: Option<String>,
    }
    Update {
        update_order_summary: Summed,
        your_reference: Option<String>,
        our_reference: Option<String>,
    }
    Notice {
        capture_number: String,
        total_gross_amount: Option<Number>,
        items: Option<Vec<Item>>,
        parent_transaction_reference: Option<String>,
        transaction_reference: Option<String>,
    }
    Profiles { user_profiles: Vec<lookup_customer::UserProfile> }
    Plans { available_installment_plans: Vec<PlanWire> }
    Captures { captures: Vec<CaptureWire<'static>> }
    Refunds { refunds: Vec<RefundWire<'static>> }
    Voids { cancellations: Vec<CancellationWire<'static>> }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_described() {
        for endpoint in super::super::endpoints() {
            assert!(
                super::describe(&endpoint).is_some(),
                "{} {} in operations/openapi.rs",
                endpoint.method,
                endpoint.path
            );
        }
    }
}
