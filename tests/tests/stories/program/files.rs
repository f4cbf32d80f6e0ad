//! Orders in files: taken over, and given out.

use std::fmt::Write as _;

use serde_json::Value;
use stories::{Run, Stage, story};

/// Connect's own answer for one order, on one line.
fn status(id: u64, amount: &str) -> String {
    format!(
        r#"{{"orders":[{{"orderId":{id},"externalOrderId":"E{id}","orderTime":1559372400000,"orderStatus":"processed","orderAmount":{amount},"customerNumber":563457}}]}}"#
    )
}

fn import(stage: &Stage, input: &str) -> Run {
    let command = stage
        .database
        .command(&["import", "--merchant", "Forlag", "--api", "connect"]);
    stories::run(&command.input(input))
}

fn exported(stage: &Stage, more: &[&str]) -> String {
    let arguments = [&["export", "--merchant", "Forlag"], more].concat();
    stage.run(&arguments).expecting(0).stdout
}

story! {
    /// A bad record is reported with its line and reason, and the others go in; the same file again changes nothing.
    async fn a_bad_record_costs_only_itself(stage: Stage) {
        stage.run(&["merchant", "add", "Forlag"]).expect(0);
        let (first, last) = (status(9, "295"), status(12, "90.50"));
        let file = format!("{first}\n{{\"orders\":[{{\"orderId\":\n{{\"orders\":[{{\"orderId\":\"x\"}}]}}\nnonsense\n{last}\n");
        let run = import(&stage, &file).expecting(1);
        assert_eq!(run.stdout, "2 orders imported, 0 there already, 3 records refused.\n");
        let mut told: Vec<_> = run.stderr.lines().collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "standard input, line 2: it ends before it is complete",
                "standard input, line 3: orders[0].orderId: not a whole number",
                "standard input, line 4: a record begins with {",
            ]
        );
        let again = import(&stage, &format!("{first}\n{last}\n")).expecting(0);
        assert_eq!(again.stdout, "0 orders imported, 2 there already.\n");
    }

    /// One document, a list, lines; from a file and from standard input.
    async fn documents_lists_and_lines_are_taken(stage: Stage) {
        stage.run(&["merchant", "add", "Forlag"]).expect(0);
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&status(1, "10")).unwrap()).unwrap();
        import(&stage, &pretty).expect(0);
        import(&stage, &format!("[{}, {}]", status(2, "10"), status(3, "10"))).expect(0);
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.jsonl"), folder.path().join("two.json"));
        std::fs::write(&one, format!("{}\n{}\n", status(4, "10"), status(5, "10"))).unwrap();
        std::fs::write(&two, status(6, "10")).unwrap();
        let files = [one.to_str().unwrap(), two.to_str().unwrap()];
        let run = stage.run(&[&["import", "--merchant", "Forlag", "--api", "connect"][..], &files].concat()).expecting(0);
        assert_eq!(run.stdout, "3 orders imported, 0 there already.\n");
        assert_eq!(exported(&stage, &[]).lines().count(), 6);
        let missing = stage.run(&["import", "--merchant", "Forlag", "--api", "connect", "/no/such/file"]).expecting(1);
        assert!(missing.stderr.starts_with("error: /no/such/file could not be read"), "{}", missing.stderr);
    }

    /// Amounts leave with the digits that they came with, in both formats; more orders than a page has all come out.
    async fn an_export_has_every_order_once_with_its_digits(stage: Stage) {
        stage.run(&["merchant", "add", "Forlag"]).expect(0);
        let mut file = String::new();
        for id in 1..=1203 {
            writeln!(file, "{}", status(id, &format!("{id}.50"))).unwrap();
        }
        import(&stage, &file).expect(0);
        let lines = exported(&stage, &[]);
        assert!(lines.contains(r#""gross":77.50,"#), "digits are kept");
        let mut ids: Vec<u64> = Vec::new();
        for line in lines.lines() {
            let order: Value = serde_json::from_str(line).unwrap();
            ids.push(order["shownId"].as_str().unwrap().parse().unwrap());
        }
        ids.sort_unstable();
        assert_eq!(ids, (1..=1203).collect::<Vec<_>>());

        let table = exported(&stage, &["--format", "csv"]);
        assert!(table.starts_with("orderId,shownId,uuid,"), "the columns are named");
        assert_eq!(table.lines().count(), 1204);
        assert!(table.lines().any(|row| row.contains(",77,") && row.contains(",77.50,")), "{table:.300}");
        assert_eq!(exported(&stage, &["--since", "2999-01-01"]), "");
        assert_eq!(exported(&stage, &["--since", "2019-01-01"]).lines().count(), 1203);
    }

    /// Another merchant's orders are in nobody else's export.
    async fn an_export_has_the_merchants_own_orders_only(stage: Stage) {
        stage.run(&["merchant", "add", "Forlag"]).expect(0);
        stage.run(&["merchant", "add", "Other"]).expect(0);
        import(&stage, &status(9, "295")).expect(0);
        assert_eq!(stage.run(&["export", "--merchant", "Other"]).expecting(0).stdout, "");
    }
}
