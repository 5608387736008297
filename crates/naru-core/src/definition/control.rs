//! The setting `@control`: its text forms.
//!
//! ```text
//! {file}.ctl                               a control file beside each data file, which names its figures
//! {file}.ctl(_, rows, sum(amount))         one of a single record, whose fields mean this
//! trailer(T, rows, sum(amount))            the last record: its first field, then what the others mean
//! ```

use crate::control::{Control, ControlField, ControlFile, TrailerRecord};

use super::setting_value::BadValue;
use crate::nearest::nearest;

const FORMS: &str = "write {file}.ctl, or trailer(T, rows, sum(column)) with what the last record's fields mean";
const FIELD_FORMS: &str = "a field is rows, sum(column), or _ for one to pass over";

/// Reads where control totals stand; that summed columns exist and fit is checked with the columns.
pub(super) fn control(text: &str) -> Result<Control, BadValue> {
    let (head, fields) = match text.split_once('(') {
        None => (text, None),
        Some((head, rest)) => match rest.trim_end().strip_suffix(')') {
            Some(inner) => (head.trim_end(), Some(inner)),
            None => {
                return Err(BadValue::new(
                    format!("\"{text}\" lacks its closing parenthesis"),
                    "a value that holds a comma is quoted, as in \"trailer(T, rows, sum(amount))\"",
                ));
            }
        },
    };
    if head.eq_ignore_ascii_case("trailer") {
        return trailer(text, fields.unwrap_or_default()).map(Control::Trailer);
    }
    if !head.contains(['{', '}', '.']) {
        let hint = nearest(head, ["trailer"]).map_or_else(|| FORMS.into(), |near| format!("did you mean \"{near}\"?"));
        return Err(BadValue::new(format!("\"{text}\" is no place of control totals"), hint));
    }
    check_name(head)?;
    let fields = fields.map(|inner| control_fields(inner.split(','))).transpose()?;
    if fields.as_ref().is_some_and(|fields| fields.iter().all(|field| *field == ControlField::PassedOver)) {
        return Err(BadValue::new(format!("\"{text}\" declares nothing"), FIELD_FORMS));
    }
    Ok(Control::File(ControlFile { name: head.into(), fields }))
}

fn trailer(text: &str, inner: &str) -> Result<TrailerRecord, BadValue> {
    let mut parts = inner.split(',');
    let mark = parts.next().map(str::trim).unwrap_or_default();
    if mark.is_empty() {
        let hint = "write the text of its first field, which no other record begins with, as in trailer(T, rows)";
        return Err(BadValue::new(format!("\"{text}\" does not say how the trailer record begins"), hint));
    }
    if control_field(mark).is_ok() {
        let hint = format!("write the text of its first field before it, as in trailer(T, {mark})");
        return Err(BadValue::new(format!("\"{mark}\" stands where the trailer record's first field belongs"), hint));
    }
    Ok(TrailerRecord { mark: mark.into(), fields: control_fields(parts)? })
}

fn check_name(name: &str) -> Result<(), BadValue> {
    let bad = |message: &str, hint: &str| Err(BadValue::new(format!("\"{name}\" {message}"), hint));
    if !name.ends_with(".ctl") {
        return bad("does not end in .ctl", "other files are read as data: have the source end the name in .ctl");
    }
    let literal = name.replacen("{file}", "", 1);
    let literal = if literal == name { name.replacen("{stem}", "", 1) } else { literal };
    if literal == name {
        return bad(
            "names one file for all",
            "write {file} for the data file's name, or {stem} for it less extensions",
        );
    }
    if !literal.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return bad("is not a file name", "beside {file} or {stem}, write letters, digits, dots, - and _");
    }
    Ok(())
}

fn control_fields<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Vec<ControlField>, BadValue> {
    let mut fields = Vec::new();
    for part in parts {
        let field = control_field(part.trim())?;
        if field != ControlField::PassedOver && fields.contains(&field) {
            return Err(BadValue::new(format!("\"{}\" stands twice", part.trim()), "keep the one that is meant"));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn control_field(text: &str) -> Result<ControlField, BadValue> {
    let sum = text.split_once('(').filter(|(name, _)| name.trim_end().eq_ignore_ascii_case("sum"));
    if let Some(column) = sum.and_then(|(_, rest)| rest.strip_suffix(')')).map(str::trim) {
        let plain = !column.is_empty() && !column.contains(|c: char| c.is_whitespace() || "()\"".contains(c));
        return if plain {
            Ok(ControlField::Sum(column.into()))
        } else {
            Err(BadValue::new(format!("\"{text}\" sums no column"), "write it as in sum(amount)"))
        };
    }
    match text {
        "_" => Ok(ControlField::PassedOver),
        rows if rows.eq_ignore_ascii_case("rows") => Ok(ControlField::Rows),
        _ => {
            let near = nearest(text.split('(').next().unwrap_or(text), ["rows", "sum"]);
            let hint = match near {
                Some("sum") => "write it as in sum(amount)".into(),
                Some(near) => format!("did you mean \"{near}\"?"),
                None => FIELD_FORMS.to_owned(),
            };
            Err(BadValue::new(format!("\"{text}\" is not a field of control totals"), hint))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn forms() {
        let sum = || ControlField::Sum("amount".into());
        let file = |name: &str, fields| Control::File(ControlFile { name: name.into(), fields });
        let trailer = |mark: &str, fields| Control::Trailer(TrailerRecord { mark: mark.into(), fields });
        let cases = [
            ("{file}.ctl", file("{file}.ctl", None)),
            ("CHK-{stem}.ctl", file("CHK-{stem}.ctl", None)),
            ("{file}.ctl(_, rows)", file("{file}.ctl", Some(vec![ControlField::PassedOver, ControlField::Rows]))),
            ("trailer(T, rows, sum(amount))", trailer("T", vec![ControlField::Rows, sum()])),
            ("Trailer( TRL ,_,SUM( amount ), ROWS )", {
                trailer("TRL", vec![ControlField::PassedOver, sum(), ControlField::Rows])
            }),
            ("trailer(합계)", trailer("합계", vec![])),
        ];
        for (text, expected) in cases {
            assert_eq!(control(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_form_is_told_what_to_write() {
        let wrong = [
            "trailer",
            "trailer(rows)",
            "trailer(T, row)",
            "trailer(T, sum)",
            "trailer(T, sum(a)",
            "trailer(T, sum())",
            "trailer(T, rows, rows)",
            "trailer(T,)",
            "trialer(T)",
            "a.ctl",
            "{file}.chk",
            "{file}{stem}.ctl",
            "../{file}.ctl",
            "{file}.ctl(_)",
            "last",
        ];
        let shown = wrong.map(|text| {
            let bad = control(text).unwrap_err();
            format!("{}: {}", bad.message, bad.hint.unwrap())
        });
        insta::assert_snapshot!(shown.join("\n"), @r#"
        "trailer" does not say how the trailer record begins: write the text of its first field, which no other record begins with, as in trailer(T, rows)
        "rows" stands where the trailer record's first field belongs: write the text of its first field before it, as in trailer(T, rows)
        "row" is not a field of control totals: did you mean "rows"?
        "sum" is not a field of control totals: write it as in sum(amount)
        "sum(a" is not a field of control totals: write it as in sum(amount)
        "sum()" sums no column: write it as in sum(amount)
        "rows" stands twice: keep the one that is meant
        "" is not a field of control totals: a field is rows, sum(column), or _ for one to pass over
        "trialer(T)" is no place of control totals: did you mean "trailer"?
        "a.ctl" names one file for all: write {file} for the data file's name, or {stem} for it less extensions
        "{file}.chk" does not end in .ctl: other files are read as data: have the source end the name in .ctl
        "{file}{stem}.ctl" is not a file name: beside {file} or {stem}, write letters, digits, dots, - and _
        "../{file}.ctl" is not a file name: beside {file} or {stem}, write letters, digits, dots, - and _
        "{file}.ctl(_)" declares nothing: a field is rows, sum(column), or _ for one to pass over
        "last" is no place of control totals: write {file}.ctl, or trailer(T, rows, sum(column)) with what the last record's fields mean
        "#);
    }
}
