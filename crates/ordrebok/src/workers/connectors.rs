//! Calls of connectors: signed, and their answers acted on.

use book::{
    Attempt, Book, BookError, Connector, ConnectorKind, Happening, ID_HEADER, OwedCall, PaymentPlace,
    Reference, Request, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};
use order::{Command, Failure, Order};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;

use crate::outbound::{Outbound, Reply};
use crate::telemetry::chain;

/// What a connector may answer. Members that are not known are no error.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Said {
    status: Option<String>,
    payment_url: Option<String>,
}

/// What a connector has said, once it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// Paid, taken, sent.
    Yes,
    /// Refused.
    No,
    /// Not known yet: it is asked again.
    Wait,
}

/// What came of calling a connector.
pub(super) enum Called {
    /// It is to be asked again, for this reason.
    Again(String),
    /// It ended so.
    Ended(Attempt),
}

/// Calls a connector, and does what it says.
pub(super) async fn call(book: &Book, outbound: &Outbound, call: &OwedCall, kind: ConnectorKind) -> Called {
    match tried(book, outbound, call, kind).await {
        Ok(called) => called,
        Err(error) => Called::Again(chain(&error)),
    }
}

async fn tried(
    book: &Book,
    outbound: &Outbound,
    call: &OwedCall,
    kind: ConnectorKind,
) -> Result<Called, BookError> {
    let again = |reason: &str| Ok(Called::Again(reason.to_owned()));
    let Some(connector) = book.connector(call.merchant, kind).await? else {
        return again("no connector is configured");
    };
    let Some(url) = &connector.url else {
        return again("the connector has no address");
    };
    let body = if let Some(happening) =
        Happening::of_payload(&call.payload).filter(|_| kind == ConnectorKind::Event)
    {
        api_connect::connector::happening(&happening, call.created_at)
    } else {
        let Some(order) = book.order(call.merchant, &Reference::Id(call.order)).await? else {
            return again("the order is not there");
        };
        let Some(body) = body_of(book, call, kind, &order).await? else {
            return Ok(ended("was settled before it was asked"));
        };
        body
    };
    let headers = headers(book, call, &connector, &body);
    let reply = match outbound.ask(url, headers, body).await {
        Ok(reply) => reply,
        Err(reason) => return Ok(Called::Again(reason)),
    };
    let said = match read(kind, &reply) {
        Ok(said) => said,
        Err(reason) => return Ok(Called::Again(reason)),
    };
    act(book, call, kind, said).await
}

/// What the connector is told; none when there is nothing to ask any more.
async fn body_of(
    book: &Book,
    call: &OwedCall,
    kind: ConnectorKind,
    order: &Order,
) -> Result<Option<Vec<u8>>, BookError> {
    let at = call.created_at;
    Ok(match kind {
        ConnectorKind::Payment if order.payment.pending => {
            let place = book.payment_place(call.merchant, call.order).await?;
            let back = place.and_then(|place| place.return_url);
            Some(api_connect::connector::payment(order, at, back.as_deref()))
        }
        ConnectorKind::Handover if order.awaits_handover() => {
            Some(api_connect::connector::handover(order, at))
        }
        ConnectorKind::Payment | ConnectorKind::Handover => None,
        ConnectorKind::Event => Some(api_connect::connector::event(order, &call.payload, at)),
        ConnectorKind::Message => Some(call.payload.clone().into_bytes()),
    })
}

fn headers(book: &Book, call: &OwedCall, connector: &Connector, body: &[u8]) -> HeaderMap {
    let id = format!("msg_{:x}_{:x}", call.merchant.0, call.id);
    let seconds = book.now().0.div_euclid(1000);
    let secret = book.connector_secret(call.merchant, connector);
    let signature = sign(&secret, &id, seconds, body);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(TIMESTAMP_HEADER, HeaderValue::from(seconds));
    for (name, text) in [(ID_HEADER, id), (SIGNATURE_HEADER, signature)] {
        // Both are visible ASCII.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    headers
}

/// What an answer says. Messages and events are taken by any success; the others must say how it came out, but that a
/// handover is taken by an empty answer too.
fn read(kind: ConnectorKind, reply: &Reply) -> Result<(Word, Option<String>), String> {
    let is_told_only = matches!(kind, ConnectorKind::Message | ConnectorKind::Event);
    if is_told_only || (kind == ConnectorKind::Handover && reply.body.is_empty()) {
        return Ok((Word::Yes, None));
    }
    let said: Said = serde_json::from_slice(&reply.body)
        .map_err(|error| format!("its answer is not understood: {error}"))?;
    let word = match (kind, said.status.as_deref()) {
        (ConnectorKind::Payment, Some("paid")) | (ConnectorKind::Handover, Some("processed")) => Word::Yes,
        (_, Some("refused")) => Word::No,
        (_, Some("pending")) => Word::Wait,
        (ConnectorKind::Payment, _) => {
            return Err("its answer's status is none of paid, refused, pending".to_owned());
        }
        _other => return Err("its answer's status is none of processed, refused, pending".to_owned()),
    };
    Ok((word, said.payment_url.filter(|url| is_web_address(url))))
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Does what a connector has said.
async fn act(
    book: &Book,
    call: &OwedCall,
    kind: ConnectorKind,
    (word, pay_url): (Word, Option<String>),
) -> Result<Called, BookError> {
    if pay_url.is_some() {
        let place = PaymentPlace {
            return_url: None,
            pay_url,
        };
        book.note_payment_place(call.merchant, call.order, place).await?;
    }
    let command = match (kind, &word) {
        (_, Word::Wait) => return Ok(Called::Again("not known yet".to_owned())),
        (ConnectorKind::Message | ConnectorKind::Event, _) => return Ok(ended("taken")),
        (ConnectorKind::Payment, word) => Command::Settle {
            paid: *word == Word::Yes,
        },
        (ConnectorKind::Handover, Word::Yes) => Command::Process {
            subscriptions: Vec::new(),
        },
        (ConnectorKind::Handover, Word::No) => Command::Fail(Failure::HandoverFailed),
    };
    let said = if word == Word::Yes { "yes" } else { "refused" };
    let request = Request::on(call.merchant, Reference::Id(call.order), command);
    Ok(match book.execute(request).await? {
        Ok(_outcomes) => ended(&format!("answered: {said}")),
        // Somebody else has settled it meanwhile.
        Err(refusal) => ended(&format!("answered: {said}, which is not done: {refusal}")),
    })
}

fn ended(outcome: &str) -> Called {
    Called::Ended(Attempt::Delivered {
        outcome: outcome.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: ConnectorKind, body: &str) -> Result<(Word, Option<String>), String> {
        let body = body.as_bytes().to_vec();
        read(kind, &Reply { body })
    }

    #[test]
    fn an_answer_counts_when_it_says_how_it_came_out() {
        use ConnectorKind::{Event, Handover, Message, Payment};
        for (kind, body, word) in [
            (Payment, r#"{"status":"paid"}"#, Word::Yes),
            (Payment, r#"{"status":"refused","why":"card"}"#, Word::No),
            (Payment, r#"{"status":"pending"}"#, Word::Wait),
            (Handover, r#"{"status":"processed"}"#, Word::Yes),
            (Handover, "", Word::Yes),
            (Handover, r#"{"status":"refused"}"#, Word::No),
            (Message, "thanks", Word::Yes),
            (Event, "", Word::Yes),
        ] {
            assert_eq!(said(kind, body), Ok((word, None)), "{kind:?} {body}");
        }
        for (kind, body) in [
            (Payment, ""),
            (Payment, "ok"),
            (Payment, "{}"),
            (Payment, r#"{"status":"processed"}"#),
            (Handover, r#"{"status":"paid"}"#),
            (Handover, "[]"),
        ] {
            assert!(said(kind, body).is_err(), "{kind:?} {body}");
        }
    }

    #[test]
    fn a_payment_address_is_one_of_the_web() {
        let page = r#"{"status":"pending","paymentUrl":"https://pay.example/1"}"#;
        let place = Some("https://pay.example/1".to_owned());
        assert_eq!(said(ConnectorKind::Payment, page), Ok((Word::Wait, place)));
        let script = r#"{"status":"pending","paymentUrl":"javascript:alert(1)"}"#;
        assert_eq!(said(ConnectorKind::Payment, script), Ok((Word::Wait, None)));
    }
}
