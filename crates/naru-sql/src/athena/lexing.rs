//! Where Athena would divide a text into other words than this parser does: a table could stand where none is seen here, and
//! a query would run below the level of what it reads.
//!
//! Source: Trino's grammar, `SIMPLE_COMMENT`, `BRACKETED_COMMENT`, `STRING`.

use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use crate::SqlError;

/// Looks at all tokens of a text.
///
/// # Errors
/// [`SqlError::Unsupported`] for a token that Athena may read otherwise, and for a table's version in the text.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    tokens.iter().try_for_each(check_token)?;
    let said: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let is = |token: &TokenWithSpan, words: &[&str]| match &token.token {
        Token::Word(word) => word.quote_style.is_none() && words.contains(&word.value.as_str()),
        _ => false,
    };
    let versions = ["version", "timestamp", "system_version", "system_time"];
    let version = said.windows(4).find(|tokens| {
        is(tokens[0], &["for"]) && is(tokens[1], &versions) && is(tokens[2], &["as"]) && is(tokens[3], &["of"])
    });
    version.map_or(Ok(()), |tokens| {
        let construct = format!("a table's version in the text (line {})", tokens[0].span.start.line);
        Err(SqlError::unsupported(construct, "give --as-of, which is for all tables of the query"))
    })
}

fn check_token(token: &TokenWithSpan) -> Result<(), SqlError> {
    let (construct, instead) = match &token.token {
        Token::Whitespace(Whitespace::MultiLineComment(text)) if text.contains("/*") => {
            ("a comment in a comment", "leave the inner one out: Athena ends a comment at the first */")
        }
        Token::Whitespace(Whitespace::SingleLineComment { comment, prefix })
            if prefix != "--" || comment.trim_end_matches(['\r', '\n']).contains('\r') =>
        {
            ("this form of comment", "write -- and the comment, up to the line's end")
        }
        Token::DollarQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_) => {
            ("this form of text in quotes", "write 'text', and a quote in it twice")
        }
        _ => return Ok(()),
    };
    Err(SqlError::unsupported(format!("{construct} (line {})", token.span.start.line), instead))
}
