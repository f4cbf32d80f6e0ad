//! What commands and pages ask of a dialect that is not a call of its API.

use book::{Record, Told};
use bytes::Bytes;
use order::{Dialect, Order};

use crate::records::Records;

/// The orders and customers that one record of an import's file tells of.
pub(crate) fn read(api: Dialect, text: &[u8]) -> Result<Vec<Record>, String> {
    let document = http_kit::body::parse_json(text).map_err(|error| error.to_string())?;
    match api {
        Dialect::Connect => orders(api_connect::import::read(document)),
        Dialect::AfterPay => orders(api_afterpay::import::read(document)),
        Dialect::Marketplace => api_marketplace::import::read(document),
        Dialect::Ordrebok => Err(format!("{api} orders are not imported")),
    }
}

/// The orders of an API that tells of nothing else.
fn orders<E: ToString>(read: Result<Vec<Told>, E>) -> Result<Vec<Record>, String> {
    let orders = read.map_err(|error| error.to_string())?;
    Ok(orders.into_iter().map(Record::Order).collect())
}

/// The order as the dialect's API answers it.
fn render(api: Dialect, order: &Order) -> Bytes {
    match api {
        Dialect::Connect => api_connect::render(order),
        Dialect::AfterPay => api_afterpay::render(order),
        Dialect::Marketplace => api_marketplace::render(order),
        Dialect::Ordrebok => api_native::render(order),
    }
}

/// The records of a file that is in memory.
fn records(file: &[u8]) -> Vec<console::Record> {
    let record = |read: std::io::Result<crate::records::Record>| match read {
        Ok(record) => console::Record {
            line: record.line,
            text: record.text.map_err(str::to_owned),
        },
        // Memory can always be read.
        Err(error) => console::Record {
            line: 0,
            text: Err(error.to_string()),
        },
    };
    Records::new(file).map(record).collect()
}

/// What the console is told of the dialects.
pub(crate) const FOR_THE_CONSOLE: console::Dialects = console::Dialects {
    render,
    records,
    read,
};
