//! Treatments: what leaves the kernel in place of a value, and that the value does not.

use arrow_schema::DataType;
use naru_core::Treatment::{self, Drop, Encrypt, Hash, Last4, Redact};
use naru_core::plan::PlanColumn;
use naru_decode::{BlockReader, Kernel, KeyError, Scratch, TreatmentKey};

use crate::support::{Load, column, formatted, required, treated};

/// The bytes 0 to 31, as `docs/treatments.md` has them.
fn key() -> TreatmentKey {
    TreatmentKey::from_secret(&std::array::from_fn::<u8, 32, _>(|n| n as u8)).unwrap()
}

fn load(columns: &[PlanColumn]) -> Load {
    Load::new(columns).key(key())
}

/// One column `v`; each text is a record; what the batch and the rejects show.
fn treat(column: PlanColumn, texts: &[&str]) -> String {
    let body: String = texts.iter().map(|text| format!("{text}\n")).collect();
    load(&[column]).run(format!("v\n{body}").as_bytes()).unwrap().show()
}

/// Computed by Python's hmac and by the cryptography package, from the recipe in `docs/treatments.md`.
#[test]
fn known_answers() {
    let texts = ["110-123-456789", "김하나", "\"\"", "007"];
    insta::assert_snapshot!(treat(treated(column("v", "string"), Hash), &texts), @r"
    8a72ea3cfc7df4578af93e515856ea12524e530bed5f7f1552a6dc196ef00d50
    5e83d0a2afb2d02f852e87d67414d77bc81284e1e145d3882992fd6cf0e07f30
    cb5952e74c4a69418403cf2ba440b1eb3669ed7190c44919cc8dd4dd5d1b3c24
    6032ff085dd966738bb164a950e7e81129e717620b0337d18b82bc775838492f
    ");
    insta::assert_snapshot!(treat(treated(column("v", "string"), Encrypt), &texts), @r"
    oL/GmNM6K45quNn7ifxifRvRhJeuu0iNsdyAa0wp
    utmgFK7EUeUQeUs6wV18HipKxAdWiROPHg==
    j84GoZRADcWuUYQJ3/39Cg==
    C1AJx5Yr6eu9I/j6tuxbnhdHJQ==
    ");
    assert_eq!(key().id(), "2afdd2a1d9c83d6c");
    let long = TreatmentKey::from_secret(&std::array::from_fn::<u8, 64, _>(|n| n as u8)).unwrap();
    assert_eq!(long.id(), "5a2e15b56a6dd628");
}

#[test]
fn masks() {
    insta::assert_snapshot!(treat(treated(column("v", "string"), Redact), &["김하나", "\"\""]), @r"
    ***
    ***
    ");
    insta::assert_snapshot!(treat(treated(column("v", "bigint"), Last4), &["4111111111111234", "1234567"]), @r"
    1234
    ***
    ");
}

#[test]
fn the_text_is_treated_as_written_whatever_its_quotes_escapes_and_encoding() {
    let hashed = |load: &Load, bytes: &[u8]| load.run(bytes).unwrap().show();
    let plain = load(&[treated(column("v", "string"), Hash)]);
    let expected = hashed(&plain, "v\n김\"하나\n".as_bytes());
    assert_eq!(hashed(&plain, "v\n\"김\"\"하나\"\n".as_bytes()), expected);
    let trimming = plain.clone().dialect(|d| d.trim = true);
    assert_eq!(hashed(&trimming, "v\n  \"김\"\"하나\" \n".as_bytes()), expected);
    assert_ne!(hashed(&plain, "v\n 김\"하나\n".as_bytes()), expected);
    assert_eq!(hashed(&trimming, "v\n 김\"하나\t\n".as_bytes()), expected);
    let cp949 = plain.clone().dialect(|d| d.encoding = naru_core::dialect::Encoding::Cp949);
    assert_eq!(hashed(&cp949, &crate::support::cp949("v\n김\"하나\n")), expected);
    // The text counts, not the number that it means.
    let number = load(&[treated(column("v", "int"), Hash)]);
    assert_eq!(hashed(&number, b"v\n007\n"), hashed(&plain, b"v\n007\n"));
    assert_ne!(hashed(&number, b"v\n7\n"), hashed(&number, b"v\n007\n"));
}

#[test]
fn equal_values_join_across_columns_and_runs_of_one_key_only() {
    for treatment in [Hash, Encrypt] {
        let columns = [treated(column("a", "string"), treatment), treated(column("b", "bigint"), treatment)];
        let shown = load(&columns).run(b"a,b\n42,42\n").unwrap().show();
        let (a, b) = shown.split_once('|').unwrap();
        assert_eq!(a, b);
        assert_eq!(load(&columns).run(b"a,b\n42,42\n").unwrap().show(), shown);
        let other = Load::new(&columns).key(TreatmentKey::from_secret(&[7; 64]).unwrap());
        assert_ne!(other.run(b"a,b\n42,42\n").unwrap().show(), shown);
    }
}

#[test]
fn null_stays_null() {
    for treatment in [Hash, Redact, Last4, Encrypt] {
        let columns = [treated(column("s", "string"), treatment), treated(column("i", "int"), treatment)];
        let load = load(&columns).dialect(|d| d.null = vec![String::new(), "NULL".into()]);
        let loaded = load.run(b"s,i\n,\nNULL,NULL\nNULL,\"\"\n").unwrap();
        assert_eq!(loaded.show(), "∅|∅\n∅|∅\n∅|∅");
        // As without a treatment: a quoted text is never null.
        let quoted = load.run(b"s,i\n\"\",\n").unwrap().show();
        assert!(quoted.ends_with("|∅") && !quoted.starts_with('∅'), "{quoted}");
    }
    let load = load(&[required(treated(column("v", "string"), Hash)), column("w", "int")]);
    assert_eq!(load.run(b"v,w\n,1\n").unwrap().codes(), ["null_in_required"]);
}

#[test]
fn bad_values_are_rejected_as_without_treatment() {
    let cases: [(PlanColumn, &str, &[&str]); 7] = [
        (column("v", "int"), "1\nx\n2147483648\n", &["not_an_integer", "integer_out_of_range"]),
        (column("v", "decimal(5,2)"), "1.00\n1.005\n", &["decimal_scale"]),
        (column("v", "double"), "1e3\nx\n", &["not_a_number"]),
        (column("v", "date"), "2024-02-29\n2023-02-29\n", &["no_such_day"]),
        (formatted(column("v", "timestamp"), "%Y%m%d%H%M%S"), "20240229235959\n2024\n", &["not_a_timestamp"]),
        (column("v", "timestamptz"), "2024-01-01T00:00:00Z\n1988-05-08 02:30:00\n", &["skipped_by_dst"]),
        (formatted(column("v", "binary"), "base64"), "AP+l\nAA\n", &["not_base64"]),
    ];
    for (column, body, codes) in cases {
        for treatment in [Hash, Redact, Encrypt] {
            let loaded = load(&[treated(column.clone(), treatment)]).run(format!("v\n{body}").as_bytes()).unwrap();
            assert_eq!(loaded.codes(), codes, "{column:?}");
            assert_eq!(loaded.batch.num_rows(), 1);
            assert_eq!(*loaded.batch.schema().field(0).data_type(), DataType::Utf8);
        }
    }
    let bytes = load(&[treated(column("v", "string"), Hash)]).run(b"v\na\xffb\na\0b\nok\n").unwrap();
    assert_eq!(bytes.codes(), ["invalid_encoding", "nul_byte"]);
}

#[test]
fn a_dropped_column_is_not_looked_at() {
    let columns = [column("a", "int"), treated(column("b", "int"), Drop)];
    let loaded = load(&columns).run(b"a,b\n1,secret\n2,\n").unwrap();
    assert_eq!(loaded.show(), "1\n2");
    assert_eq!(loaded.batch.num_columns(), 1);
}

#[test]
fn nothing_shows_a_value_or_a_key() {
    const SECRET: &str = "900101-1234567";
    let secret_bytes = format!("{:?}", SECRET.as_bytes());
    let columns = [Hash, Redact, Last4, Drop, Encrypt].map(|t| treated(column(t.as_str(), "string"), t));
    let mut columns = columns.to_vec();
    columns.push(treated(column("bad", "int"), Hash));
    let text = format!("hash,redact,last4,drop,encrypt,bad\n{0},{0},{0},{0},{0},1\n{0},{0},{0},{0},{0},{0}\n", SECRET);
    let load = load(&columns);
    let kernel = Kernel::with_key(&load.dialect, &columns, load.key.as_ref()).unwrap();
    let mut reader = BlockReader::new(&kernel, text.as_bytes(), load.compression, load.block_bytes).unwrap();
    let block = reader.next_block(None).unwrap().unwrap();
    let decoded = kernel.decode(&block, &mut Scratch::default()).unwrap();
    assert_eq!((decoded.batch.num_rows(), decoded.rejects.len()), (1, 1));
    let shown = format!("{block:?}{decoded:?}{kernel:?}{:?}", load.key);
    let inner = secret_bytes.trim_matches(['[', ']']);
    assert!(!shown.contains(SECRET) && !shown.contains("900101") && !shown.contains(inner), "{shown}");
    // The secret of the key is the bytes 0 to 31.
    assert!(!shown.contains("0, 1, 2, 3") && !shown.contains("00010203"), "{shown}");
    assert!(shown.contains("TreatmentKey(2afdd2a1d9c83d6c)"), "{shown}");
    // Nor do the bytes that a batch lets go of with a rejected row.
    for array in decoded.batch.columns() {
        for buffer in array.to_data().buffers() {
            assert!(!buffer.as_slice().windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()));
        }
    }
}

#[test]
fn keys_are_read_from_hexadecimal_and_base64() {
    let hex: String = (0..32).map(|n| format!("{n:02x}")).collect();
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for text in [
        hex.clone(),
        hex.to_uppercase(),
        format!("{hex}\n"),
        base64.into(),
        format!(" {}\n{} ", &base64[..20], &base64[20..]),
    ] {
        assert_eq!(TreatmentKey::parse(text.as_bytes(), "here").unwrap().id(), key().id(), "{text}");
    }
    let long: String = (0..64).map(|n| format!("{n:02x}")).collect();
    assert_eq!(TreatmentKey::parse(long.as_bytes(), "here").unwrap().id(), "5a2e15b56a6dd628");
    let bad = ["", "password", &hex[1..], &hex.replace('0', "g"), &base64.replace('=', "")];
    for text in bad {
        let error = TreatmentKey::parse(text.as_bytes(), "NARU_TREATMENT_KEY").unwrap_err();
        assert_eq!(error, KeyError::Malformed { place: "NARU_TREATMENT_KEY".into() });
        assert!(text.is_empty() || !format!("{error}{error:?}").contains(text), "{error}");
    }
    assert!(TreatmentKey::from_secret(&[1; 16]).is_none());
}

#[test]
fn plans_that_cannot_be_treated_are_refused() {
    let refuse = |column_type: &str, treatment: Treatment, key: Option<&TreatmentKey>| {
        let columns = [treated(column("a", column_type), treatment)];
        Kernel::with_key(&naru_core::Dialect::default(), &columns, key).unwrap_err().to_string()
    };
    let errors = [
        refuse("string", Hash, None),
        refuse("string", Encrypt, None),
        refuse("boolean", Hash, Some(&key())),
        refuse("date", Last4, None),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    column "a" is treated with a key, and there is none
    column "a" is treated with a key, and there is none
    column "a": hash of a boolean hides nothing: there are two values, and their shares tell which is which
    column "a": last4 of a date tells nothing
    "#);
}

#[test]
fn blocks_of_any_size_are_treated_the_same() {
    let columns = [treated(column("a", "string"), Hash), treated(column("b", "string"), Encrypt), column("c", "int")];
    let text: String = (0..200).map(|n| format!("가{n},\"{n}\"\"x\",{n}\n")).collect();
    let text = format!("a,b,c\n{text}");
    let whole = load(&columns).run(text.as_bytes()).unwrap();
    for block_bytes in [1, 7, 100] {
        assert_eq!(load(&columns).blocks_of(block_bytes).run(text.as_bytes()).unwrap(), whole);
    }
}
