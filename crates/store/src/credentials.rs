//! Credentials: what clients prove themselves with.

use crate::Store;
use crate::audit::Change;
use crate::error::StoreError;
use crate::rows::{CredentialRow, Note};
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

fn adding(row: &CredentialRow) -> Change {
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
    Change::new("credentials", ADD, &params)
}

impl Store {
    /// Adds a credential, and the note of it. [`StoreError::Taken`] when its client exists in its API, revoked or not.
    pub async fn add_credential(&self, row: &CredentialRow, note: &Note) -> Result<(), StoreError> {
        let added = self
            .noted((row.merchant, row.created_at), vec![adding(row)], note)
            .await;
        added
            .map(|_| ())
            .map_err(|error| error.taken_as(|| format!("the {} client {}", row.api, row.client)))
    }

    /// Puts a credential in the place of another, which opens nothing from a time on. Tells whether the other was
    /// there and not revoked.
    pub async fn replace_credential(
        &self,
        (old, until): (i64, i64),
        new: &CredentialRow,
        note: &Note,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET revoked_at = $3 \
                   WHERE merchant = $1 AND id = $2 AND revoked_at IS NULL RETURNING id";
        let params = [Value::Int(new.merchant), Value::Int(old), Value::Int(until)];
        let changes = vec![Change::new("credentials", sql, &params), adding(new)];
        self.noted((new.merchant, new.created_at), changes, note).await
    }

    /// Gives a credential another secret and other settings. Tells whether it was there with the secret that it is
    /// known by, and not revoked.
    pub async fn replace_secret(
        &self,
        row: &CredentialRow,
        (secret_hash, settings): (&str, &str),
        (at, note): (i64, &Note),
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET secret_hash = $4, settings = $5 \
                   WHERE merchant = $1 AND id = $2 AND secret_hash = $3 AND revoked_at IS NULL RETURNING id";
        let params = [
            Value::Int(row.merchant),
            Value::Int(row.id),
            Value::Text(&row.secret_hash),
            Value::Text(secret_hash),
            Value::Text(settings),
        ];
        let changes = vec![Change::new("credentials", sql, &params)];
        self.noted((row.merchant, at), changes, note).await
    }

    /// The credential of a client in an API, unless it is revoked by now.
    pub async fn credential_by_client(
        &self,
        api: &str,
        client: &str,
        now: i64,
    ) -> Result<Option<CredentialRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            credential_columns!(),
            " FROM credentials c WHERE c.api = $1 AND c.client = $2 \
             AND (c.revoked_at IS NULL OR c.revoked_at > $3)"
        );
        let params = [Value::Text(api), Value::Text(client), Value::Int(now)];
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

    /// Takes a credential back, and notes it. Tells whether there was one that hadn't been already.
    pub async fn revoke_credential(
        &self,
        (merchant, id): (i64, i64),
        at: i64,
        note: &Note,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET revoked_at = $3 WHERE merchant = $1 AND id = $2 \
                   AND (revoked_at IS NULL OR revoked_at > $3) RETURNING id";
        let params = [Value::Int(merchant), Value::Int(id), Value::Int(at)];
        let changes = vec![Change::new("credentials", sql, &params)];
        self.noted((merchant, at), changes, note).await
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
