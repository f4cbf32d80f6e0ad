//! What a transaction looks at before it decides: at most three statements, whatever the number of keys.

use crate::documents::{self, DOCUMENT_WIDTH};
use crate::error::StoreError;
use crate::orders::{self, ORDER_WIDTH};
use crate::rows::{AnswerKey, AnswerRow, DocumentKey, DocumentRow, Load, Loaded, OrderKey, OrderRow};
use crate::value::{Row, Value};

/// SQLite takes up to 500 selects in one statement; more keys than this make more statements.
const KEYS: usize = 100;

/// A statement with its parameters.
pub(crate) struct Question<'a> {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value<'a>>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(merchant: i64) -> Self {
        Self {
            sql: String::new(),
            params: vec![Value::Int(merchant)],
        }
    }

    /// Appends a parameter and its number.
    pub(crate) fn param(&mut self, value: Value<'a>) {
        self.params.push(value);
        self.sql.push('$');
        self.sql.push_str(&self.params.len().to_string());
    }

    /// Appends a piece of SQL.
    pub(crate) fn text(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Appends ` AND column IN (...)`, or nothing when any value will do.
    pub(crate) fn one_of(&mut self, column: &str, values: &'a [String]) {
        if values.is_empty() {
            return;
        }
        self.text(" AND ");
        self.text(column);
        for (at, value) in values.iter().enumerate() {
            self.text(if at == 0 { " IN (" } else { ", " });
            self.param(Value::Text(value));
        }
        self.text(")");
    }
}

/// The statements that find the orders, `KEYS` at a time. Each row ends with the place of its key.
pub(crate) fn order_questions(load: &Load) -> Vec<Question<'_>> {
    let chunks = load.orders.chunks(KEYS).enumerate();
    chunks
        .map(|(chunk, keys)| order_question(load.merchant, chunk.saturating_mul(KEYS), keys))
        .collect()
}

fn order_question(merchant: i64, first: usize, keys: &[OrderKey]) -> Question<'_> {
    let mut question = Question::new(merchant);
    for (place, key) in (first..).zip(keys) {
        if place != first {
            question.text(" UNION ALL ");
        }
        question.text(&format!(
            "SELECT {}, CAST({place} AS BIGINT) AS place FROM ",
            orders::ORDER_COLUMNS
        ));
        match key {
            OrderKey::Id(id) => {
                question.text("orders o WHERE o.merchant = $1 AND o.id = ");
                question.param(Value::Int(*id));
            }
            OrderKey::Name { space, name } => {
                question.text("order_names k JOIN orders o ON o.merchant = k.merchant AND o.id = k.order_id");
                question.text(" WHERE k.merchant = $1 AND k.space = ");
                question.param(Value::Text(space));
                question.text(" AND k.name = ");
                question.param(Value::Text(name));
            }
        }
    }
    question
}

/// The statements that find the documents.
pub(crate) fn document_questions(load: &Load) -> Vec<Question<'_>> {
    let chunks = load.documents.chunks(KEYS).enumerate();
    chunks
        .map(|(chunk, keys)| document_question(load.merchant, chunk.saturating_mul(KEYS), keys))
        .collect()
}

fn document_question(merchant: i64, first: usize, keys: &[DocumentKey]) -> Question<'_> {
    let mut question = Question::new(merchant);
    for (place, key) in (first..).zip(keys) {
        if place != first {
            question.text(" UNION ALL ");
        }
        let columns = documents::DOCUMENT_COLUMNS;
        question.text(&format!(
            "SELECT {columns}, CAST({place} AS BIGINT) AS place FROM documents d"
        ));
        question.text(" WHERE d.merchant = $1 AND d.kind = ");
        question.param(Value::Text(&key.kind));
        question.text(" AND d.id = ");
        question.param(Value::Text(&key.id));
    }
    question
}

/// The statements that find the stored answer, and what is kept under the request's id.
pub(crate) fn answer_questions(load: &Load) -> Vec<Question<'_>> {
    let keys = load.answer.iter().chain(&load.request);
    keys.map(|key| answer_question(load.merchant, key)).collect()
}

fn answer_question(merchant: i64, AnswerKey { scope, key }: &AnswerKey) -> Question<'_> {
    let mut question = Question::new(merchant);
    question.text(crate::orders::ANSWER);
    question.params.extend([Value::Text(scope), Value::Text(key)]);
    question
}

pub(crate) fn placed_order(row: &Row<'_>) -> Result<(i64, OrderRow), StoreError> {
    Ok((row.int(ORDER_WIDTH)?, orders::order_row(row)?))
}

pub(crate) fn placed_document(row: &Row<'_>) -> Result<(i64, DocumentRow), StoreError> {
    Ok((row.int(DOCUMENT_WIDTH)?, documents::document_row(row)?))
}

/// Puts what was found where it was asked for.
pub(crate) fn assemble(
    load: &Load,
    orders: Vec<(i64, OrderRow)>,
    documents: Vec<(i64, DocumentRow)>,
    answers: Vec<AnswerRow>,
) -> Loaded {
    let (mut answer, mut request) = (None, None);
    for row in answers {
        if load.answer.as_ref() == Some(&row.key) {
            answer = Some(row);
        } else {
            request = Some(row);
        }
    }
    Loaded {
        orders: place(load.orders.len(), orders),
        documents: place(load.documents.len(), documents),
        answer,
        request,
        more: load.more,
    }
}

fn place<T>(places: usize, found: Vec<(i64, T)>) -> Vec<Option<T>> {
    let mut answer: Vec<Option<T>> = std::iter::repeat_with(|| None).take(places).collect();
    for (at, row) in found {
        if let Some(slot) = usize::try_from(at).ok().and_then(|at| answer.get_mut(at)) {
            *slot = Some(row);
        }
    }
    answer
}
