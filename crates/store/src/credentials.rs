//! Credentials: what clients prove themselves with.

use crate::Store;
use crate::error::StoreError;
use crate::rows::CredentialRow;
use crate::value::{Row, Value};

/// The columns of a credential, as [`credential_row`] reads them. The table is called `c`.
macro_rules! credential_columns {
    () => {
        "c.merchant, c.id, c.api, c.client, c.secret_hash, c.scope, c.settings, c.created_at, c.revoked_at"
    };
}
pub(crate) use credential_columns;

const ADD: &str = "INSERT INTO credentials \
     (merchant, id, api, client, secret_hash, scope, settings, created_at, revoked_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";

impl Store {
    /// Adds a credential. [`StoreError::Taken`] when its client exists in its API, revoked or not.
    pub async fn add_credential(&self, row: &CredentialRow) -> Result<(), StoreError> {
        let params = [
            Value::Int(row.merchant),
            Value::Int(row.id),
            Value::Text(&row.api),
            Value::Text(&row.client),
            Value::Text(&row.secret_hash),
            Value::Text(&row.scope),
            Value::Text(&row.settings),
            Value::Int(row.created_at),
            Value::MaybeInt(row.revoked_at),
        ];
        let added = self
            .driver
            .write("credentials", ADD, &params, |row| row.int(0))
            .await;
        added
            .map(|_| ())
            .map_err(|error| error.taken_as(|| format!("the {} client {}", row.api, row.client)))
    }

    /// The credential of a client in an API, unless it was revoked.
    pub async fn credential_by_client(
        &self,
        api: &str,
        client: &str,
    ) -> Result<Option<CredentialRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            credential_columns!(),
            " FROM credentials c WHERE c.api = $1 AND c.client = $2 AND c.revoked_at IS NULL"
        );
        let params = [Value::Text(api), Value::Text(client)];
        Ok(self
            .driver
            .query("credentials", SQL, &params, credential_row)
            .await?
            .pop())
    }

    /// A merchant's credential by its id, revoked or not.
    pub async fn credential(&self, merchant: i64, id: i64) -> Result<Option<CredentialRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            credential_columns!(),
            " FROM credentials c WHERE c.merchant = $1 AND c.id = $2"
        );
        let params = [Value::Int(merchant), Value::Int(id)];
        Ok(self
            .driver
            .query("credentials", SQL, &params, credential_row)
            .await?
            .pop())
    }

    /// All credentials of a merchant, revoked ones too, by id.
    pub async fn credentials(&self, merchant: i64) -> Result<Vec<CredentialRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            credential_columns!(),
            " FROM credentials c WHERE c.merchant = $1 ORDER BY c.id"
        );
        self.driver
            .query("credentials", SQL, &[Value::Int(merchant)], credential_row)
            .await
    }

    /// Takes a credential back. Tells whether there was one that hadn't been already.
    pub async fn revoke_credential(&self, merchant: i64, id: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET revoked_at = $3 \
                   WHERE merchant = $1 AND id = $2 AND revoked_at IS NULL RETURNING id";
        let params = [Value::Int(merchant), Value::Int(id), Value::Int(at)];
        let revoked = self
            .driver
            .write("credentials", sql, &params, |row| row.int(0))
            .await?;
        Ok(!revoked.is_empty())
    }
}

pub(crate) fn credential_row(row: &Row<'_>) -> Result<CredentialRow, StoreError> {
    Ok(CredentialRow {
        merchant: row.int(0)?,
        id: row.int(1)?,
        api: row.text(2)?,
        client: row.text(3)?,
        secret_hash: row.text(4)?,
        scope: row.text(5)?,
        settings: row.text(6)?,
        created_at: row.int(7)?,
        revoked_at: row.maybe_int(8)?,
    })
}
