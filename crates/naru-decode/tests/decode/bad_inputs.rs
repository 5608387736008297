//! The bad inputs that a bank's files bring: each with a clear result, and nothing lost.

use std::io::Read;

use arrow_array::cast::AsArray;

use crate::support::{Load, column};

#[test]
fn header_only() {
    let loaded = Load::new(&[column("a", "int")]).run(b"a\n").unwrap();
    assert_eq!((loaded.records, loaded.batch.num_rows()), (0, 0));
}

#[test]
fn a_thousand_columns() {
    let names: Vec<_> = (0..1000).map(|n| format!("c{n}")).collect();
    let columns: Vec<_> = names.iter().map(|name| column(name, "int")).collect();
    let row: Vec<_> = (0..1000).map(|n| n.to_string()).collect();
    let mut text = names.join(",");
    for _ in 0..30 {
        text += &format!("\n{}", row.join(","));
    }
    text += &format!("\n{}x\n", row.join(","));
    let loaded = Load::new(&columns).blocks_of(10_000).run(text.as_bytes()).unwrap();
    assert_eq!(loaded.batch.num_rows(), 30);
    assert_eq!(loaded.rejects.len(), 1);
    assert_eq!(loaded.rejects[0].column, Some(999));
    assert_eq!(loaded.rejects[0].byte_offset as usize, text.rfind("999x").unwrap());
}

#[test]
fn a_field_of_fifty_megabytes() {
    let size = 50_000_000;
    let input = b"a,b\n1,\"".chain(std::io::repeat(b'x').take(size)).chain(&b"\"\n2,y\n"[..]);
    let loaded = Load::new(&[column("a", "int"), column("b", "string")]).read(input).unwrap();
    assert_eq!(loaded.records, 2);
    assert_eq!(loaded.batch.column(1).as_string::<i32>().value_length(0) as u64, size);
}

#[test]
fn surplus_fields_take_no_memory_and_nul_bytes_reject() {
    let load = Load::new(&[column("a", "string"), column("b", "string")]);
    let mut text = b"a,b\nx\0\0y,\0\n1,2\n".to_vec();
    text.extend(vec![b','; 1_000_000]);
    text.extend(b"\0\n");
    insta::assert_snapshot!(load.run(&text).unwrap().show(), @r"
    1|2
    row 1 line 2 byte 5 column 0: nul_byte
    row 1 line 2 byte 9 column 1: nul_byte
    row 3 line 4 byte 17 column -: too_many_fields
    row 3 line 4 byte 1000015 column -: nul_byte
    ");
}

#[test]
fn errors_never_hold_values() {
    let secret = "900101-1234567";
    let load = Load::new(&[column("a", "int"), column("b", "date")]);
    let inputs = [
        format!("{secret}\n"),
        format!("{secret},x\n"),
        format!("a,b\n1,\"{secret}\n"),
        format!("a,b\n{secret},{secret}\n"),
    ];
    for input in inputs {
        let shown = match load.run(input.as_bytes()) {
            Ok(loaded) => format!("{:?}{}", loaded.rejects, loaded.show()),
            Err(error) => format!("{error}{error:?}{:?}", error.hint()),
        };
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn plans_that_cannot_be_compiled_are_refused() {
    let fail = |load: Load| naru_decode::Kernel::new(&load.dialect, &load.columns).unwrap_err().to_string();
    let load = || Load::new(&[column("a", "date")]);
    let errors = [
        fail(Load::new(&[])),
        fail(load().dialect(|d| d.delimiter = '가')),
        fail(load().dialect(|d| d.quote = Some(','))),
        fail(load().dialect(|d| d.time_zone = "Asia/Seul".into())),
        fail(load().dialect(|d| d.date_format = "%y%m%d".into())),
        fail(load().dialect(|d| d.max_record_bytes = 0)),
        fail(Load::new(&[column("a", "int")]).dialect(|d| d.thousands_separator = Some('.'))),
        fail(Load::new(&[column("a", "boolean")]).dialect(|d| d.true_words.push("0".into()))),
        fail(Load::new(&[column("a", "int"), column("a", "int")])),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    the plan has no columns
    the delimiter must be one ASCII character other than NUL and a line end
    the delimiter and the quote are the same character
    unknown time zone "Asia/Seul"; names are those of the IANA database, as in Asia/Seoul
    the format of column "a": "%y" leaves the century to a guess; the source must give four digits (%Y), or load the column as string
    max_record_bytes must be 1 to 1073741823
    the decimal separator and the thousands separator are the same character
    the boolean words must not be empty, and none may mean both true and false
    two columns have the target "a"
    "#);
}

#[test]
fn the_kernel_is_shared_and_blocks_travel_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<naru_decode::Kernel>();
    is_shared::<naru_decode::Block>();
    is_shared::<naru_decode::Scratch>();
}
