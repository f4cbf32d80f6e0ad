//! Connectors: the merchant's own programs, which Ordrebok calls and whose answers count.
//!
//! Each is an address, called with a signed webhook ([`sign`](crate::sign)) through the calls that are owed: durable,
//! repeated until it answers. Its secret is not kept: it follows from the database's salt and a name that is.

use crate::secrets::random_text;
use crate::{Book, BookError, Edit, WebhookSecret};
use order::{FulfilRequest, Handover, MerchantId};
use serde::{Deserialize, Serialize};

/// The kind of the documents that connectors are kept as.
const DOCUMENT: &str = "connector";
/// The kind of the documents that say where a payer pays.
const PAY_AT: &str = "connector.payment";

/// What a connector is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectorKind {
    /// Asked for payments that are made outside; says whether they were.
    Payment,
    /// Given orders that are paid for; says whether it has taken them.
    Handover,
    /// Given messages to people, to send them on.
    Message,
    /// Told what happens.
    Event,
}

impl ConnectorKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Payment, Self::Handover, Self::Message, Self::Event];

    /// The word for it, which is the kind of its calls as well.
    pub fn word(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Handover => "handover",
            Self::Message => "message",
            Self::Event => "event",
        }
    }

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A connector, as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Where it is called; none for a handover that is said by hand.
    pub url: Option<String>,
    /// What its secret is made of.
    secret_name: String,
    /// Whether it was taken away.
    #[serde(default)]
    removed: bool,
}

/// Where a payer pays, and where they come back to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PaymentPlace {
    /// The page on which the payer waits for the outcome; none when there is no payer in front of a page.
    pub return_url: Option<String>,
    /// The provider's page, once the connector has named it.
    pub pay_url: Option<String>,
}

/// A connector, as the audit trail has it.
fn subject(kind: ConnectorKind) -> String {
    format!("connector {}", kind.word())
}

impl Book {
    /// A merchant's connector, if there is one.
    ///
    /// # Errors
    /// When the database fails, or what is kept can't be read.
    pub async fn connector(
        &self,
        merchant: MerchantId,
        kind: ConnectorKind,
    ) -> Result<Option<Connector>, BookError> {
        let kept = self
            .document::<Connector>(merchant, DOCUMENT, kind.word())
            .await?;
        Ok(kept.map(|kept| kept.body).filter(|connector| !connector.removed))
    }

    /// Configures a connector. One that is there keeps its secret, unless a fresh one is wanted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_connector(
        &self,
        merchant: MerchantId,
        kind: ConnectorKind,
        url: Option<String>,
        fresh_secret: bool,
    ) -> Result<WebhookSecret, BookError> {
        let fresh = random_text(self.inner.entropy.as_ref());
        let change = move |kept: Option<Connector>| {
            let same = kept.filter(|kept| !kept.removed && !fresh_secret);
            Connector {
                url: url.clone(),
                secret_name: same.map_or_else(|| fresh.clone(), |kept| kept.secret_name),
                removed: false,
            }
        };
        // The address itself may hold a secret of the merchant's.
        let detail = if fresh_secret { "a new secret" } else { "" };
        let note = self.note("connector.set", subject(kind), detail.to_owned());
        let note = self.placed(merchant, note).await?;
        let edit = Edit::new(DOCUMENT, kind.word(), change);
        self.write_noted(merchant, vec![edit], Some(note)).await?;
        let unknown = || BookError::Unknown(format!("connector {}", kind.word()));
        let connector = self.connector(merchant, kind).await?.ok_or_else(unknown)?;
        Ok(self.connector_secret(merchant, &connector))
    }

    /// Takes a connector away. Tells whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_connector(
        &self,
        merchant: MerchantId,
        kind: ConnectorKind,
    ) -> Result<bool, BookError> {
        if self.connector(merchant, kind).await?.is_none() {
            return Ok(false);
        }
        let remove = |kept: Option<Connector>| Connector {
            url: None,
            secret_name: kept.map(|kept| kept.secret_name).unwrap_or_default(),
            removed: true,
        };
        let note = self.note("connector.remove", subject(kind), String::new());
        let note = self.placed(merchant, note).await?;
        let edit = Edit::new(DOCUMENT, kind.word(), remove);
        self.write_noted(merchant, vec![edit], Some(note)).await?;
        Ok(true)
    }

    /// What a connector's calls are signed with.
    pub fn connector_secret(&self, merchant: MerchantId, connector: &Connector) -> WebhookSecret {
        self.webhook_secret(merchant, &format!("connector:{}", connector.secret_name))
    }

    /// How a merchant's orders are completed: asking the payment connector where there is one, and handing over as it
    /// is configured.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fulfilment(&self, merchant: MerchantId) -> Result<FulfilRequest, BookError> {
        let payment = self.connector(merchant, ConnectorKind::Payment).await?;
        let handover = self.connector(merchant, ConnectorKind::Handover).await?;
        Ok(FulfilRequest {
            callback: None,
            asks_connector: payment.is_some(),
            payer_is_there: false,
            payer_has_agreed: false,
            handover: handover.map(|connector| match connector.url {
                Some(_) => Handover::Connector,
                None => Handover::Manual,
            }),
        })
    }

    /// Where the payer of an order pays; none when nobody has said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payment_place(
        &self,
        merchant: MerchantId,
        order: order::OrderId,
    ) -> Result<Option<PaymentPlace>, BookError> {
        let kept = self
            .document::<PaymentPlace>(merchant, PAY_AT, &order.to_string())
            .await?;
        Ok(kept.map(|kept| kept.body))
    }

    /// Notes where the payer of an order comes back to, or where they pay; what is not said stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_payment_place(
        &self,
        merchant: MerchantId,
        order: order::OrderId,
        noted: PaymentPlace,
    ) -> Result<(), BookError> {
        let change = move |kept: Option<PaymentPlace>| {
            let kept = kept.unwrap_or_default();
            PaymentPlace {
                return_url: noted.return_url.clone().or(kept.return_url),
                pay_url: noted.pay_url.clone().or(kept.pay_url),
            }
        };
        self.write_document(merchant, (PAY_AT, &order.to_string()), change)
            .await
    }
}
