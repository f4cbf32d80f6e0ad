//! What the store promises, as a list of behaviours that both databases are held to.
//!
//! The PostgreSQL half needs a server whose URL is in `ORDREBOK_TEST_POSTGRES`; without it these tests fail, since a
//! promise that wasn't checked isn't kept.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::assigning_clones,
    reason = "in a test, a panic is a finding, and how a string is copied is none"
)]

mod administration;
mod asking;
mod deliveries;
mod exports;
mod failover;
mod fixture;
mod freshness;
mod history;
mod schema;
mod tables;
mod transact;

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
    asking: a_decision_sees_what_it_asks_for;
    transact:
        what_is_written_is_read_back,
        parallel_writers_lose_no_update,
        a_refusal_writes_nothing,
        a_refusal_spoils_nobody_elses_write,
        a_panicking_decision_writes_nothing_and_harms_nobody,
        one_of_many_gets_a_unique_name,
        a_name_that_nobody_looked_for_is_taken,
        a_repeated_request_gets_the_first_answer,
        a_guard_that_does_not_hold_writes_nothing,
        several_orders_are_written_together_or_not_at_all,
        many_keys_are_loaded_in_their_places,
        documents_are_guarded_too,
        nul_characters_are_refused,
        writes_after_closing_are_refused;
    administration:
        a_replaced_credential_holds_on_for_a_while,
        a_secret_is_replaced_by_whoever_knows_the_last_one,
        changes_of_the_administration_are_noted;
    tables:
        merchants_do_not_see_each_other,
        merchants_have_histories_of_their_own,
        merchants_have_unique_names,
        credentials_are_found_until_revoked,
        tokens_come_with_their_credential,
        sessions_last_until_they_end,
        the_first_setting_stands,
        blocks_never_overlap,
        references_are_shared,
        documents_are_listed_newest_first,
        old_answers_are_forgotten,
        the_due_are_told_longest_overdue_first;
    deliveries:
        no_delivery_is_claimed_twice,
        a_lease_runs_out,
        a_settled_delivery_is_left_alone,
        deliveries_are_listed_youngest_first_and_hastened;
    history:
        pages_are_those_of_a_naive_filter,
        a_burst_is_paged_exactly,
        an_edited_count_is_found;
    exports:
        changed_orders_come_once_each,
        orders_come_with_their_events_and_names;
    freshness:
        a_known_order_is_unchanged_until_it_changes;
    schema:
        opening_twice_changes_nothing,
        many_may_open_at_once,
        a_newer_schema_is_refused,
        a_changed_migration_is_refused;
}
