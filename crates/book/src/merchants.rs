//! Tenants.

use crate::{Book, BookError};
use order::MerchantId;
use store::StoreError;
use store::rows::MerchantRow;

/// One tenant: owns orders, customers and credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// Its name, unique.
    pub name: String,
}

fn merchant_of(row: MerchantRow) -> Merchant {
    Merchant {
        id: MerchantId(row.id),
        name: row.name,
    }
}

impl Book {
    /// Adds a merchant.
    ///
    /// # Errors
    /// [`BookError::Exists`] when there is one of this name.
    pub async fn add_merchant(&self, name: &str) -> Result<Merchant, BookError> {
        let note = self.note("merchant.add", format!("merchant {name}"), String::new());
        match self.store().add_merchant(name, self.now().0, &note).await {
            Ok(row) => Ok(merchant_of(row)),
            Err(StoreError::Taken(_)) => Err(BookError::Exists(format!("merchant {name}"))),
            Err(error) => Err(error.into()),
        }
    }

    /// The merchant of this name.
    ///
    /// # Errors
    /// [`BookError::Unknown`] when there is none.
    pub async fn merchant(&self, name: &str) -> Result<Merchant, BookError> {
        let row = self.store().merchant_by_name(name).await?;
        row.map(merchant_of)
            .ok_or_else(|| BookError::Unknown(format!("merchant {name}")))
    }

    /// The merchant of this id, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merchant_of(&self, id: MerchantId) -> Result<Option<Merchant>, BookError> {
        Ok(self.store().merchant_by_id(id.0).await?.map(merchant_of))
    }

    /// All merchants.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merchants(&self) -> Result<Vec<Merchant>, BookError> {
        Ok(self
            .store()
            .merchants()
            .await?
            .into_iter()
            .map(merchant_of)
            .collect())
    }
}
