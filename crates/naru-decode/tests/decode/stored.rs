//! Rejected records: their text, their fields, and what becomes of them when they are decoded again.

use naru_core::dialect::{Encoding, Header};
use naru_core::plan::{PlanColumn, SourceCompression};
use naru_decode::{BlockReader, Kernel, RecordLayout, Reject, RejectedRecord, Scratch};
use proptest::prelude::*;

use crate::support::{Load, column, cp949, required};

/// The rejected records of a source, with their rejects and the header.
fn rejected(kernel: &Kernel, bytes: &[u8], block_bytes: usize) -> (Vec<(RejectedRecord, Vec<Reject>)>, Vec<String>) {
    let mut reader = BlockReader::new(kernel, bytes, SourceCompression::None, block_bytes).unwrap();
    let (mut found, mut header) = (Vec::new(), Vec::new());
    while let Some(block) = reader.next_block(None).unwrap() {
        let decoded = kernel.decode(&block, &mut Scratch::default()).unwrap();
        header = kernel.field_names(&block).into_iter().map(String::from).collect();
        found.extend(
            kernel.rejected_records(&block, &decoded.rejects).map(|(record, rejects)| (record, rejects.to_vec())),
        );
    }
    (found, header)
}

/// Decodes one record again: the rows that fit, and the reasons why it does not.
fn again(kernel: &Kernel, layout: &RecordLayout, text: &str) -> (usize, Vec<(Option<u32>, &'static str)>) {
    let block = kernel.block_of_records(layout, text.as_bytes().to_vec(), 1, 1);
    let decoded = kernel.decode(&block, &mut Scratch::default()).unwrap();
    (decoded.batch.num_rows(), decoded.rejects.iter().map(|reject| (reject.column, reject.reason.code())).collect())
}

fn columns() -> Vec<PlanColumn> {
    vec![required(column("ID", "bigint")), column("NAME", "string"), column("AMT", "decimal(9,2)")]
}

#[test]
fn a_record_is_kept_as_it_stands() {
    let kernel = Load::new(&columns()).kernel();
    let text = "NAME,ID,AMT\r\nkim,1,1.5\r\n\r\n\"le\"\"e,\n2\",x,1\r\nshort,1\nlong,1,2,3\npark,,4";
    for block_bytes in [1, 1 << 20] {
        let (found, header) = rejected(&kernel, text.as_bytes(), block_bytes);
        assert_eq!(header, ["NAME", "ID", "AMT"]);
        let shown: Vec<_> = found.iter().map(|(r, _)| (r.row, r.text.as_str(), r.fields.join("|"))).collect();
        let expected = [
            (2, "\"le\"\"e,\n2\",x,1\r\n", "le\"e,\n2|x|1"),
            (3, "short,1\n", "short|1"),
            (4, "long,1,2,3\n", "long|1|2|3"),
            (5, "park,,4", "park||4"),
        ];
        assert_eq!(shown, expected.map(|(row, text, fields)| (row, text, fields.to_owned())));
        assert!(!format!("{:?}", found[0].0).contains("le"));
    }
}

#[test]
fn records_of_one_field_may_be_blank() {
    let kernel = Load::new(&[required(column("ID", "int"))]).dialect(|d| d.header = Header::None).kernel();
    let (found, header) = rejected(&kernel, b"1\n\n\r\nx", 1 << 20);
    assert_eq!(header, ["ID"]);
    let shown: Vec<_> = found.iter().map(|(r, _)| (r.row, r.text.as_str(), r.fields.clone())).collect();
    let fields = |text: &str| vec![text.to_owned()];
    assert_eq!(shown, [(2, "\n", fields("")), (3, "\r\n", fields("")), (4, "x", fields("x"))]);
    let layout = kernel.record_layout(&header).unwrap();
    for (record, rejects) in &found {
        assert!(kernel.is_one_record(&layout, &record.text), "{record:?}");
        assert_eq!(again(&kernel, &layout, &record.text), (0, vec![(rejects[0].column, rejects[0].reason.code())]));
    }
}

#[test]
fn another_definition_may_take_what_one_refused() {
    let kernel = Load::new(&columns()).dialect(|d| d.encoding = Encoding::Cp949).kernel();
    let (found, header) = rejected(&kernel, &cp949("AMT,NAME,ID\n\"1,000.5\",김,1\n"), 1 << 20);
    let (record, _) = &found[0];
    assert_eq!(record.fields, ["1,000.5", "김", "1"]);
    let mended = Load::new(&columns()).dialect(|d| d.thousands_separator = Some(',')).kernel();
    let layout = mended.record_layout(&header).unwrap();
    assert_eq!(again(&mended, &layout, &record.text), (1, vec![]));
    // A header without the definition's columns cannot say which field is which.
    assert!(Load::new(&[column("OTHER", "string")]).kernel().record_layout(&header).is_none());
}

#[test]
fn what_another_dialect_reads_on_from_is_no_single_record() {
    let kernel = Load::new(&columns()).kernel();
    let layout = kernel.record_layout(&["ID", "NAME", "AMT"].map(String::from)).unwrap();
    for (text, is_one) in [
        ("1,a,2\n", true),
        ("1,a,2", true),
        ("1,\"a\n\",2\n", true),
        ("1,\"a,2\n", false),
        ("1,a,2\n3,b,4\n", false),
        ("1,a,2\n3,b,4", false),
        ("\n", false),
        ("", false),
    ] {
        assert_eq!(kernel.is_one_record(&layout, text), is_one, "{text:?}");
    }
}

proptest! {
    /// What was rejected is rejected again, for the same reasons; what a table of texts takes has the stored fields.
    #[test]
    fn a_record_that_was_kept_decodes_as_in_its_file(
        records in prop::collection::vec("[0-9a\",.\r가 ]{0,8},[a\", 나]{0,6},[0-9.x\"]{0,6}(,z)?(\r)?", 1..12),
        block_bytes in 1..64usize,
        has_last_newline in any::<bool>(),
    ) {
        let mut text = format!("ID,NAME,AMT\n{}", records.join("\n"));
        if has_last_newline {
            text.push('\n');
        }
        let kernel = Load::new(&columns()).kernel();
        // A quote that is never closed is an error of the file.
        let readable = Load::new(&columns()).blocks_of(block_bytes).run(text.as_bytes()).is_ok();
        prop_assume!(readable);
        let (found, header) = rejected(&kernel, text.as_bytes(), block_bytes);
        let layout = kernel.record_layout(&header).unwrap();
        for (record, rejects) in found {
            prop_assert!(text.contains(&record.text));
            prop_assert!(kernel.is_one_record(&layout, &record.text), "{:?}", record.text);
            let reasons: Vec<_> = rejects.iter().map(|reject| (reject.column, reject.reason.code())).collect();
            prop_assert_eq!(again(&kernel, &layout, &record.text), (0, reasons));
        }
    }
}
