//! Sums of columns: exact, over all records, and knowing what they miss.

use naru_core::Dialect;
use naru_decode::{Kernel, KernelError};
use proptest::prelude::*;

use crate::support::{Load, column, required};

fn load() -> Load {
    let columns = [column("id", "int"), column("amount", "decimal(38,2)"), required(column("name", "string"))];
    Load::new(&columns).summing(&["amount", "id"])
}

/// Each sum and how many of its values cannot be read.
fn sums(load: &Load, text: &str) -> Vec<(Option<i128>, u64)> {
    load.run(text.as_bytes()).unwrap().sums.iter().map(|sum| (sum.total.total(), sum.unread)).collect()
}

#[test]
fn nulls_add_nothing_and_rows_rejected_for_another_column_count() {
    let text = "id,amount,name\n1,0.10,kim\n2,,lee\n3,0.20,\n-7,-1000000000000000000000.00,cho\n";
    assert_eq!(sums(&load(), text), [(Some(-99_999_999_999_999_999_999_970), 0), (Some(-1), 0)]);
}

#[test]
fn a_value_that_cannot_be_read_leaves_its_sum_unknown() {
    let text = "id,amount,name\n1,0.10,kim\nx,1,lee\n3,0.001,\n4,1\n5,2,a,b\n";
    assert_eq!(sums(&load(), text), [(Some(110), 3), (Some(4), 3)]);
    let required = Load::new(&[required(column("id", "int")), column("name", "string")]).summing(&["id"]);
    assert_eq!(sums(&required, "id,name\n1,a\n,b\n"), [(Some(1), 0)]);
}

#[test]
fn a_sum_may_pass_what_its_type_holds() {
    let row = |sign: &str| format!("2147483647,{sign}{}.99,a\n", "9".repeat(36));
    let header = "id,amount,name\n";
    let beyond = sums(&load(), &format!("{header}{}{}", row(""), row("")));
    assert_eq!(beyond, [(None, 0), (Some(4_294_967_294), 0)]);
    let back = sums(&load(), &format!("{header}{}{}{}", row(""), row(""), row("-")));
    assert_eq!(back[0], (Some(10i128.pow(38) - 1), 0));
}

#[test]
fn only_loaded_numbers_have_sums() {
    for target in ["name", "none"] {
        let kernel = Kernel::new(&Dialect::default(), &load().columns).unwrap();
        assert_eq!(kernel.with_sums(&[target.into()]).unwrap_err(), KernelError::Sum { column: target.into() });
    }
}

proptest! {
    #[test]
    fn sums_are_exact_in_blocks_of_any_size(
        values in prop::collection::vec(-(10i128.pow(30))..10i128.pow(30), 0..40), block_bytes in 1..200usize,
    ) {
        let mut text = String::from("id,amount,name\n");
        for value in &values {
            let sign = if *value < 0 { "-" } else { "" };
            let digits = value.unsigned_abs();
            text += &format!("1,{sign}{}.{:02},x\n", digits / 100, digits % 100);
        }
        let found = sums(&load().blocks_of(block_bytes), &text);
        prop_assert_eq!(found, [(Some(values.iter().sum()), 0), (Some(values.len() as i128), 0)]);
    }
}
