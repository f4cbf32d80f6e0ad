//! What the book promises, on both databases, with two servers over each.
//!
//! The PostgreSQL half needs a server whose URL is in `ORDREBOK_TEST_POSTGRES`; without it these tests fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::unnecessary_wraps,
    reason = "in a test, a panic is a finding, and a value has the shape that its users need"
)]

mod access;
mod fixture;
mod following;
mod importing;
mod once;
mod reading;

/// Makes a test of each behaviour for each database.
macro_rules! behaviours {
    ($($topic:ident: $($behaviour:ident),+ $(,)?;)+) => {
        mod sqlite {
            $(mod $topic {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $behaviour() {
                    crate::fixture::on_sqlite(crate::$topic::$behaviour).await;
                })+
            })+
        }
        mod postgres {
            $(mod $topic {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $behaviour() {
                    crate::fixture::on_postgres(crate::$topic::$behaviour).await;
                })+
            })+
        }
    };
}

behaviours! {
    once:
        a_key_does_its_work_once_whoever_asks,
        documents_are_written_once_for_a_key_whoever_asks,
        a_key_with_another_request_is_refused_where_the_dialect_says_so,
        a_refusal_is_kept_under_its_key_too,
        racing_captures_never_exceed_the_reservation,
        what_is_due_is_done_once_by_two_servers,
        what_can_not_move_on_holds_up_nothing_else,
        a_callback_is_owed_once_for_one_outcome;
    reading:
        a_kept_answer_is_never_stale,
        an_order_is_found_by_number_in_any_case_and_by_its_id,
        another_merchant_sees_nothing;
    importing:
        the_same_order_again_changes_nothing,
        an_order_that_has_moved_on_is_kept,
        a_fresh_id_steps_aside_for_an_imported_one,
        what_is_written_verifies,
        verifying_beside_writers_finds_nothing;
    following:
        each_event_is_followed_once_whoever_follows,
        totals_are_those_of_the_orders,
        orders_are_found_by_words_and_ids,
        searches_are_narrowed_by_filters,
        a_search_through_many_orders_finds_what_a_naive_one_finds,
        customers_and_products_are_listed_with_their_orders,
        what_the_follower_keeps_is_checked,
        imported_orders_are_followed_too;
    access:
        a_key_opens_its_own_api_until_it_is_taken_back,
        a_token_opens_until_its_time_is_up,
        a_key_that_another_merchant_has_is_refused;
}
